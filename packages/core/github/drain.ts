/**
 * Draining: GitHub gives a runner without its labels no new job, so once it is idle it can be stopped.
 */
import { type Pace, poll } from "../until";
import type { GitHubClient } from "./client";
import type { GitHubRunner } from "./runner";
import { whenAllowed } from "./when-allowed";

/** Pauses between two polls, milliseconds: a job may run for hours, and GitHub counts requests. */
const PACE = { pauseMs: 1_000, longestPauseMs: 15_000 };

/** The calls that draining needs. */
export type DrainClient = Pick<GitHubClient, "runner" | "setLabels">;

/**
 * Removes the runner's labels and waits until it is idle. A runner that GitHub shows as offline runs no job.
 *
 * @param limitMs how long the running job may take
 * @throws Error if the runner is still busy at the limit; its labels stay removed, so the next attempt continues the
 * wait
 */
export async function drainRunner(
  github: DrainClient,
  id: number,
  limitMs: number,
  pace: Omit<Pace, "limitMs"> = PACE,
): Promise<void> {
  // A drain that stops at a rate limit would leave the runner without labels and its job running.
  const allowed = <T>(ask: () => Promise<T>): Promise<T> => whenAllowed(ask, limitMs);
  const runner = await allowed(() => github.runner(id));
  if (runner === undefined || !runner.online) return;
  if (runner.labels.length > 0) await allowed(() => github.setLabels(id, []));
  const isBusy = (seen: GitHubRunner | undefined): seen is GitHubRunner => seen?.online === true && seen.busy;
  // GitHub may have assigned a job just before the labels were removed: the next poll shows the runner as busy.
  const last = await poll(
    () => allowed(() => github.runner(id)),
    (seen) => !isBusy(seen),
    { ...pace, limitMs },
  );
  if (!isBusy(last)) return;
  throw new Error(
    `Runner ${last.name} is still busy after ${Math.round(limitMs / 60_000)} min without its labels. ` +
      `Expected the running job to end. Next: cancel the job, or raise ghrunners:safety.drainTimeoutMinutes, then pulumi up`,
  );
}
