/**
 * Runs that wait for a runner that will not come: which they are, and what is to be done with one. Pure.
 *
 * A queued job keeps its labels, so GitHub lets it wait for a day. The run is cancelled and started again once: its gate
 * then chooses anew. The fence is the number of the attempt: only the first is ever touched.
 */
import type { JobFacts } from "@ghrunners/core/github/facts";
import { carries, isSelfHosted } from "@ghrunners/core/github/runner";
import { workflowsOf } from "@ghrunners/core/github/read-facts";
import { GATE_JOB, GATE_WORKFLOW } from "@ghrunners/core/vocabulary/delivery";

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
  /** Whether a gate of the run chooses its runner: nothing else can choose again. */
  readonly hasGate: boolean;
}

export interface RawWaitingRun {
  path: string;
  referenced_workflows?: { path: string }[] | null;
  id: number;
  run_attempt?: number;
  status: string | null;
  conclusion: string | null;
}

export const toWaitingRun = ({ id, run_attempt, status, conclusion, ...raw }: RawWaitingRun): WaitingRun => ({
  id,
  hasGate: workflowsOf(raw).includes(GATE_WORKFLOW),
  attempt: run_attempt ?? 1,
  status: status ?? "unknown",
  conclusion,
});

/** Some runner of ours has every label of the job, and none of those who do is usable. */
function isForTheDead({ labels }: JobFacts, runners: readonly RunnerCapacity[]): boolean {
  const fit = runners.filter((runner) => carries(runner.labels, labels));
  return fit.length > 0 && fit.every(({ usable }) => !usable);
}

/** A gate's job that is over. Its name ends the names of the calls around it. */
const isGate = ({ name, status }: JobFacts): boolean => status === "completed" && name.split(" / ").at(-1) === GATE_JOB;

/**
 * What is to run again, so that the gate chooses anew and nothing else that is over is repeated: the job of the one gate,
 * with all that waits for it; the whole run where nothing but gates is over; undefined where neither is possible.
 * @param jobs of the newest attempt
 */
export function whatToRepeat(jobs: readonly JobFacts[]): "run" | { readonly job: number } | undefined {
  const gates = jobs.filter(isGate);
  if (gates.length === 1 && gates[0] !== undefined) return { job: gates[0].id };
  const others = jobs.filter((job) => !isGate(job) && job.status === "completed" && job.conclusion === "success");
  return gates.length > 1 && others.length === 0 ? "run" : undefined;
}

/**
 * Whether a run is to be started again: its first attempt, a job of it waits for a dead runner, nothing of it runs, and its
 * gate is over, which can choose again. A run without a gate would ask for the same dead runner again.
 * @param jobs of the newest attempt
 */
export function waitsForTheDead(
  run: WaitingRun,
  jobs: readonly JobFacts[],
  runners: readonly RunnerCapacity[],
): boolean {
  return (
    run.hasGate &&
    run.attempt === 1 &&
    run.status !== "completed" &&
    !jobs.some(({ status }) => status === "in_progress") &&
    whatToRepeat(jobs) !== undefined &&
    jobs.some((job) => job.status === "queued" && isSelfHosted(job, runners) && isForTheDead(job, runners))
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
