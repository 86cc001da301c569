import type { HostAddress } from "@ghrunners/core/ssh/address";
import { withSession } from "@ghrunners/core/ssh/session";
import { agentFiles } from "@ghrunners/deploy/deployer/agent-files";
import { callAgent } from "@ghrunners/deploy/deployer/remote-agent";
import { readOnlyAgent, NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";
import { compile, deploymentId } from "@ghrunners/deploy/plan/compile";
import type { Plan } from "@ghrunners/deploy/plan/schema";
import { parseVersion } from "@ghrunners/deploy/protocol/values";
import type { OldRelease } from "@ghrunners/deploy/target/queries";

const LIMIT_MS = 60_000;

/** A request that names the plan's folders and limits; it deploys nothing. */
function requestOf(plan: Plan, target: string): string {
  const artefact = { sha256: "0".repeat(64), bytes: 0 };
  const id = deploymentId(new Date(), "0000");
  return JSON.stringify(compile(plan, target, { id, version: parseVersion("0"), owner: "ghrunners prune", artefact }));
}

/** The releases beyond the plan's limit, by this checkout's agent. Changes nothing. */
export async function readReleases(address: HostAddress, privateKey: string, plan: Plan): Promise<OldRelease[]> {
  const agent = await agentFiles();
  const [target = ""] = plan.targets;
  const { releases } = await withSession(address, privateKey, (session) =>
    callAgent<{ releases: OldRelease[] }>(
      readOnlyAgent(session, agent),
      ["outdated"],
      requestOf(plan, target),
      LIMIT_MS,
    ),
  );
  return releases;
}

/** Removes them by the target's own agent, which alone may write there. @returns the versions that were removed */
export async function removeReleases(address: HostAddress, privateKey: string, plan: Plan): Promise<string[]> {
  const [target = ""] = plan.targets;
  try {
    const { releases } = await withSession(address, privateKey, (session) =>
      callAgent<{ releases: OldRelease[] }>(sshAgent(session), ["prune"], requestOf(plan, target), LIMIT_MS),
    );
    return releases.map(({ version }) => version);
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof NoAgentError) && !message.startsWith("Unknown command")) throw error;
    throw new Error(
      `${target} has an agent that cannot prune. Expected that of this checkout. ` +
        "Next: ghrunners deploy, which installs it and removes old releases itself",
    );
  }
}
