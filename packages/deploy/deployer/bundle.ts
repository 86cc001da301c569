import { bundle, type Bundle } from "../bundle";
import { agentFiles } from "./agent-files";

/** The deployer as one file for the runner's Node 18, with the target's agent inside. */
export async function bundleDeployer(): Promise<Bundle> {
  return bundle("deployer/main.ts", { GHRUNNERS_AGENT_FILES: JSON.stringify(await agentFiles()) });
}
