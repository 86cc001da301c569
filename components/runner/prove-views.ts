/** Waits until GitHub and the host agree that runners are well. */
import { setTimeout as delay } from "node:timers/promises";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { withHostIfReachable } from "../resources/provider-access";
import { hostScript } from "../scripts/read-script";
import { type GateEvidence, type GateSubject, judgeSubject } from "./plan-gate";
import { runScript } from "@ghrunners/core/ssh/script";

const POLL_MS = 500;
const PROBE_LIMIT_MS = 20_000;

/** State of the runner's unit; undefined where the host does not answer. */
async function service(subject: GateSubject): Promise<string | undefined> {
  const parameters = { UNIT: subject.unit, RUNNER_USER, RUNNER_HOME };
  const shown = await withHostIfReachable(subject.host, (session) =>
    runScript(session, hostScript("service.sh"), "show", parameters, PROBE_LIMIT_MS),
  );
  return shown?.trim().split("\n")[0];
}

/**
 * @param limitSeconds how long the views may take to agree
 * @throws Error with everything that still speaks against a runner at the limit
 */
export async function proveViews(
  github: GitHubClient,
  subjects: readonly GateSubject[],
  limitSeconds: number,
): Promise<GateEvidence["runners"]> {
  const deadline = Date.now() + limitSeconds * 1_000;
  for (;;) {
    const seen = await Promise.all(
      subjects.map(async (subject) => {
        const [atGitHub, unit] = await Promise.all([github.runner(subject.runnerId), service(subject)]);
        return { subject, atGitHub, problems: judgeSubject(subject, atGitHub, unit) };
      }),
    );
    const problems = seen.flatMap((view) => view.problems);
    if (problems.length === 0) {
      return seen.map(({ subject, atGitHub }) => ({
        name: subject.runnerName,
        id: subject.runnerId,
        version: atGitHub?.version ?? "unknown",
        unit: subject.unit,
      }));
    }
    if (Date.now() > deadline) {
      throw new Error(`${problems.join(". ")}. Next: mend that runner, then pulumi up --refresh`);
    }
    await delay(POLL_MS);
  }
}
