import type { Settings } from "@ghrunners/config/parse";
import { withSession } from "@ghrunners/core/ssh/session";
import type { TargetHistory } from "@ghrunners/deploy/target/queries";
import { NoAgentError, sshAgent } from "@ghrunners/deploy/deployer/ssh";
import { addressOf, awaitsFirstDeployment, untilItAnswers } from "../deploy/target";

const LIMIT_MS = 60_000;

/** History of a target to which nothing was deployed yet. */
const nothing: TargetHistory = { records: [], open: null, secrets: { files: 0, findings: [] }, unreadable: [] };

/**
 * The records of a target. Read-only: an agent that cannot answer is not reinstalled.
 * @param say told of a target that does not answer and awaits its first deployment
 * @returns no records if nothing was deployed yet
 * @throws Error if the target cannot be reached, although the stack can deploy to it, or its agent cannot answer
 */
export async function readHistory(
  settings: Pick<Settings, "targets" | "sshPrivateKey" | "secrets" | "secretValues">,
  target: string,
  say: (line: string) => void = () => undefined,
): Promise<TargetHistory> {
  const address = addressOf(settings, target);
  try {
    const { code, value } = await withSession(address, settings.sshPrivateKey, (session) =>
      sshAgent(session).call(["history"], "", LIMIT_MS),
    );
    if (code === 0) return value as TargetHistory;
    const said = (value as { error?: string }).error ?? `exit code ${code}`;
    throw new Error(
      `The records of ${target} cannot be read: ${said}. Expected the deployment agent of this checkout there. ` +
        `Next: ghrunners deploy --direct --version V --check, which installs it`,
    );
  } catch (error) {
    if (!awaitsFirstDeployment(error, settings, target)) throw error;
    if (!(error instanceof NoAgentError)) say(untilItAnswers(target));
    return nothing;
  }
}
