/** Waits until GitHub and the host agree that runners are healthy. */
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import { whenAllowed } from "@ghrunners/core/github/when-allowed";
import { RUNNER_HOME, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { withHostIfReachable } from "../resources/provider-access";
import { hostScript } from "../scripts/read-script";
import { type GateEvidence, type GateSubject, judgeSubject } from "./plan-gate";
import { runScript } from "@ghrunners/core/ssh/script";
import { poll } from "@ghrunners/core/until";

/** Pauses between two polls, milliseconds. */
const PACE = { pauseMs: 500, longestPauseMs: 5_000 };
const PROBE_LIMIT_MS = 20_000;

/** State of the runner's unit; undefined if the host does not answer. */
async function service(subject: GateSubject): Promise<string | undefined> {
  const parameters = { UNIT: subject.unit, RUNNER_USER, RUNNER_HOME };
  const shown = await withHostIfReachable(subject.host, (session) =>
    runScript(session, hostScript("service.sh"), "show", parameters, PROBE_LIMIT_MS),
  );
  return shown?.trim().split("\n")[0];
}

interface View {
  readonly subject: GateSubject;
  readonly atGitHub: GitHubRunner | undefined;
  /** What speaks against it. */
  readonly problems: string[];
}

async function view(github: GitHubClient, subject: GateSubject): Promise<View> {
  const [atGitHub, unit] = await Promise.all([github.runner(subject.runnerId), service(subject)]);
  return { subject, atGitHub, problems: judgeSubject(subject, atGitHub, unit) };
}

/**
 * @param limitSeconds how long the views may take to agree
 * @throws Error with all problems that remain at the limit
 */
export async function proveViews(
  github: GitHubClient,
  subjects: readonly GateSubject[],
  limitSeconds: number,
): Promise<GateEvidence["runners"]> {
  const seen = await poll(
    () => whenAllowed(() => Promise.all(subjects.map((subject) => view(github, subject))), limitSeconds * 1_000),
    (views) => views.every(({ problems }) => problems.length === 0),
    { ...PACE, limitMs: limitSeconds * 1_000 },
  );
  const problems = seen.flatMap((each) => each.problems);
  if (problems.length > 0) {
    throw new Error(`${problems.join(". ")}. Next: repair that runner, then pulumi up --refresh`);
  }
  return seen.map(({ subject, atGitHub }) => ({
    name: subject.runnerName,
    id: subject.runnerId,
    version: atGitHub?.version ?? "unknown",
    unit: subject.unit,
  }));
}
