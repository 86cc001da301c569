/** The last step of a deployment job: reports the result on the run's page and to on-call. */
import { appendFileSync } from "node:fs";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { withSession } from "@ghrunners/core/ssh/session";
import { poll } from "@ghrunners/core/until";
import type { DeploymentProgress } from "../target/queries";
import type { Records } from "../target/history";
import { callAgent, type RemoteAgent } from "./remote-agent";
import { sshAgent } from "./ssh";
import { githubTracker } from "../incidents/github";
import { renderSending, sendIncidents } from "../incidents/send";
import { renderResult } from "../render";
import { runbooksFolder } from "../runbooks";

type Variables = Readonly<Record<string, string | undefined>>;

export interface Subject {
  readonly address: HostAddress;
  /** OpenSSH private key. */
  readonly privateKey: string;
  /** Id of the deployment. */
  readonly id: string;
  readonly say: (line: string) => void;
  /** Shown with the run. */
  readonly warn: (title: string, text: string) => void;
}

/** GitHub gives a cancelled job five minutes for its last steps. */
const PACE = { limitMs: 240_000, pauseMs: 1_000 };

/** The rollback of a cancelled deployment continues after its deployer has ended. */
async function untilOver(agent: RemoteAgent, id: string): Promise<Records | undefined> {
  const look = (): Promise<DeploymentProgress> => callAgent<DeploymentProgress>(agent, ["look", id], "");
  const { records } = await poll(look, (seen) => seen.records !== null || seen.open?.id !== id, PACE);
  return records ?? undefined;
}

/**
 * Reports the available result. An incident that cannot be sent now stays on the target. @throws Error if the target
 * cannot be reached
 */
export async function report(variables: Variables, { address, privateKey, id, say, warn }: Subject): Promise<void> {
  await withSession(address, privateKey, async (session) => {
    const agent = sshAgent(session);
    const records = await untilOver(agent, id);
    const { GITHUB_STEP_SUMMARY: summary } = variables;
    if (records !== undefined && summary) {
      const text = `${renderResult({ kind: "over", records })}`;
      appendFileSync(
        summary,
        `### ${records.deployment.application} ${records.deployment.version}\n\n${indented(text)}`,
      );
    }
    const { GITHUB_SERVER_URL: url = "", GITHUB_REPOSITORY: fullName = "", GITHUB_TOKEN: token = "" } = variables;
    const tracker = await githubTracker({ url, fullName }, token);
    const sending = await sendIncidents(agent, tracker, runbooksFolder(variables));
    for (const line of renderSending(sending)) say(line);
    if (sending.unsent.length > 0)
      warn(
        "Incidents are unsent",
        "They stay on the target and are sent by the next deployment. " +
          "Expected GitHub to answer, and the calling job's permission issues: write. Next: ghrunners incidents --send",
      );
  });
}

/** Formats a text as a code block, so that nothing in it is Markdown. */
const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");
