import type { Settings } from "@ghrunners/config/parse";
import { repositoryOf } from "@ghrunners/core/github/repository";
import { GitHubClient } from "@ghrunners/core/github/client";
import { pauseOf, PAUSE_VARIABLE, pauseProblem, pauses } from "@ghrunners/failover/choice/pause";
import type { PauseSeen } from "./view";

const LIMIT_MS = 10_000;

/** Judges the text of DEPLOY_PAUSED. Pure. @param text undefined: the variable does not exist */
export function pauseSeen(text: string | undefined, environment: string, now: Date): PauseSeen {
  const seen = pauses.parse(text, now);
  const found = seen.known ? pauseOf(seen.entries, environment) : undefined;
  const problem = pauseProblem(text, environment, now)?.replace(/ Next: .*$/, "");
  return {
    pause: found === undefined ? null : { until: found.until, note: found.note, by: found.by },
    problems: problem === undefined ? [] : [problem],
    next: "wait, or ghrunners resume",
  };
}

/** Reads it from GitHub. That GitHub does not answer is a problem: the runner gate refuses then too. */
export async function readPause({ github, githubToken, environment }: Settings): Promise<PauseSeen> {
  const where = repositoryOf(github);
  const client = new GitHubClient(where, githubToken, { limitMs: LIMIT_MS, retries: false });
  try {
    return pauseSeen(await client.variable(PAUSE_VARIABLE), environment, new Date());
  } catch (error) {
    const problem = `it is unknown whether deployments are paused: ${(error as Error).message}`;
    return { pause: null, problems: [problem], next: "ghrunners status" };
  }
}
