/**
 * Runs that wait for a runner that will not come: which they are, and what is to be done with one. Pure.
 *
 * A queued job keeps its labels, so GitHub lets it wait for a day. The run is cancelled and started again once: its gate
 * then chooses anew. The fence is the number of the attempt: only the first is ever touched.
 */
import type { JobFacts } from "@ghrunners/core/github/facts";
import { carries, isSelfHosted } from "@ghrunners/core/github/runner";

/** A configured runner and whether it can take jobs now. */
export interface RunnerCapacity {
  readonly labels: readonly string[];
  readonly usable: boolean;
}

export interface WaitingRun {
  readonly id: number;
  readonly attempt: number;
  readonly status: string;
  readonly conclusion: string | null;
}

export interface RawWaitingRun {
  id: number;
  run_attempt?: number;
  status: string | null;
  conclusion: string | null;
}

export const toWaitingRun = ({ id, run_attempt, status, conclusion }: RawWaitingRun): WaitingRun => ({
  id,
  attempt: run_attempt ?? 1,
  status: status ?? "unknown",
  conclusion,
});

/** Some runner of ours has every label of the job, and none of those who do is usable. */
function isForTheDead({ labels }: JobFacts, runners: readonly RunnerCapacity[]): boolean {
  const fit = runners.filter((runner) => carries(runner.labels, labels));
  return fit.length > 0 && fit.every(({ usable }) => !usable);
}

/**
 * Whether a run is to be started again: its first attempt, a job of it waits for a dead runner, nothing of it runs, and
 * something of it is over that was not a job of a runner of ours: its gate, which can choose again.
 * @param jobs of the newest attempt
 */
export function waitsForTheDead(
  run: WaitingRun,
  jobs: readonly JobFacts[],
  runners: readonly RunnerCapacity[],
): boolean {
  return (
    run.attempt === 1 &&
    run.status !== "completed" &&
    !jobs.some(({ status }) => status === "in_progress") &&
    jobs.some((job) => job.status === "completed" && !isSelfHosted(job)) &&
    jobs.some((job) => job.status === "queued" && isSelfHosted(job) && isForTheDead(job, runners))
  );
}

/** What became of a run that was to be started again. */
export const results = ["rerun", "ended", "given_up"] as const;
export type RedispatchResult = (typeof results)[number];

/** That a run is to be started again, written down before anything is done. Times in milliseconds since 1970. */
export interface Intent {
  readonly at: number;
  readonly cancelledAt: number | null;
}

const CANCEL_AGAIN_MS = 30_000;
const GIVE_UP_MS = 600_000;

export type RedispatchStep =
  { readonly kind: "cancel" | "rerun" | "wait" } | { readonly kind: "over"; readonly result: RedispatchResult };

/**
 * The next thing to do, whatever was done before and whoever was killed in between.
 * @param run as GitHub shows it now; undefined when it was deleted
 */
export function nextStep(run: WaitingRun | undefined, intent: Intent, now: number): RedispatchStep {
  if (run === undefined) return { kind: "over", result: "ended" };
  if (run.attempt > 1) return { kind: "over", result: "rerun" };
  // A time of the future is as far from now as one of the past: a clock that was ahead must not put things off.
  if (Math.abs(now - intent.at) > GIVE_UP_MS) return { kind: "over", result: "given_up" };
  // It may have found its runner after all.
  if (run.status === "completed") {
    return run.conclusion === "cancelled" ? { kind: "rerun" } : { kind: "over", result: "ended" };
  }
  const isDue = intent.cancelledAt === null || Math.abs(now - intent.cancelledAt) > CANCEL_AGAIN_MS;
  return { kind: isDue ? "cancel" : "wait" };
}
