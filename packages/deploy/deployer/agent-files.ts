/** The files to install on a target: the agent, its launcher and its guard, and the script that installs them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { bundle } from "../bundle";
import { AGENT_PROGRAM } from "./agent-program";

export interface AgentFiles {
  /** Script that installs the files on its standard input. */
  readonly install: string;
  /** Script that runs the agent once without installing it. */
  readonly look: string;
  readonly files: readonly { readonly mode: string; readonly path: string; readonly text: string }[];
}

/** The agent files of this checkout. */
export async function agentFiles(): Promise<AgentFiles> {
  const text = (file: string): string => readFileSync(path.join(__dirname, "..", file), "utf8");
  const agent = await bundle("target/main.ts");
  const guard = (kind: string): AgentFiles["files"][number] => {
    const name = `ghrunners-deploy-guard.${kind}`;
    return { mode: "0644", path: `/etc/systemd/system/${name}`, text: text(`target/files/${name}`) };
  };
  return {
    install: text("deployer/scripts/install.sh"),
    look: text("deployer/scripts/look.sh"),
    files: [
      { mode: "0644", path: `${AGENT_PROGRAM}.cjs`, text: agent.text },
      { mode: "0755", path: AGENT_PROGRAM, text: text("target/files/ghrunners-deploy") },
      guard("path"),
      guard("service"),
    ],
  };
}
