/**
 * Draining: GitHub gives a runner without its labels no new job, so once it is idle it can be stopped.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { GitHubClient } from "./client";

const POLL_MS = 1_000;

/** The calls that draining needs. */
export type DrainClient = Pick<GitHubClient, "runner" | "setLabels">;

/**
 * Removes the runner's labels and waits until it is idle. A runner that GitHub shows as offline runs no job.
 *
 * @param limitMs how long the running job may take
 * @throws Error if the runner is still busy at the limit; its labels stay removed, so the next attempt continues the
 * wait
 */
export async function drainRunner(github: DrainClient, id: number, limitMs: number, pollMs = POLL_MS): Promise<void> {
  const runner = await github.runner(id);
  if (runner === undefined || !runner.online) return;
  if (runner.labels.length > 0) await github.setLabels(id, []);
  const deadline = Date.now() + limitMs;
  for (;;) {
    // GitHub may have assigned a job just before the labels were removed: the next poll shows the runner as busy.
    const now = await github.runner(id);
    if (now === undefined || !now.online || !now.busy) return;
    if (Date.now() >= deadline) {
      throw new Error(
        `Runner ${now.name} is still busy after ${Math.round(limitMs / 60_000)} min without its labels. ` +
          `Expected the running job to end. Next: cancel the job, or raise ghrunners:safety.drainTimeoutMinutes, then pulumi up`,
      );
    }
    await delay(pollMs);
  }
}
