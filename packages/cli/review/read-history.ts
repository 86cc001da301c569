import type { HostAddress } from "@ghrunners/core/ssh/address";
import { withSession } from "@ghrunners/core/ssh/session";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";

const LIMIT_MS = 60_000;

/** History of a target to which nothing was deployed yet. */
const nothing: TargetHistory = { records: [], open: null, secrets: { files: 0, findings: [] }, unreadable: [] };

/**
 * The records of a target. Read-only: an agent that cannot answer is not reinstalled.
 * @returns no records if nothing was deployed yet
 * @throws Error if the target cannot be reached or its agent cannot answer
 */
export async function readHistory(target: string, address: HostAddress, privateKey: string): Promise<TargetHistory> {
  try {
    const { code, value } = await withSession(address, privateKey, (session) =>
      sshAgent(session).call(["history"], "", LIMIT_MS),
    );
    if (code === 0) return value as TargetHistory;
    const said = (value as { error?: string }).error ?? `exit code ${code}`;
    throw new Error(
      `The records of ${target} cannot be read: ${said}. Expected the deployment agent of this checkout there. ` +
        `Next: ghrunners deploy --direct --version V --check, which installs it`,
    );
  } catch (error) {
    if (error instanceof NoAgentError) return nothing;
    throw error;
  }
}
