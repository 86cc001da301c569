/**
 * Finds runs that wait for an unusable runner, and decides what to do with each. Pure.
 *
 * A queued job keeps its labels, so GitHub lets it wait for a day. The run is cancelled and started again once: its
 * gate then chooses again. Only the first attempt of a run is ever changed, which prevents a loop.
 */
import type { JobFacts } from "@ghrunners/core/github/facts";
import { carries, isSelfHosted } from "@ghrunners/core/github/runner";
import { workflowsOf } from "@ghrunners/core/github/read-facts";
import { GATE_JOB, GATE_WORKFLOW } from "@ghrunners/core/vocabulary/delivery";

/** A configured runner, and whether it can take jobs now. */
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

/** At least one configured runner has every label of the job, and none of these is usable. */
function isForTheDead({ labels }: JobFacts, runners: readonly RunnerCapacity[]): boolean {
  const fit = runners.filter((runner) => carries(runner.labels, labels));
  return fit.length > 0 && fit.every(({ usable }) => !usable);
}

/** Whether a job is a finished gate. Its name comes after the names of the calling jobs. */
const isGate = ({ name, status }: JobFacts): boolean => status === "completed" && name.split(" / ").at(-1) === GATE_JOB;

/**
 * What to repeat so that the gate chooses again and no other finished job is repeated: the job of the only gate, with
 * the jobs that wait for it; the whole run if only gates have finished; undefined if neither is possible.
 * @param jobs of the newest attempt
 */
export function whatToRepeat(jobs: readonly JobFacts[]): "run" | { readonly job: number } | undefined {
  const gates = jobs.filter(isGate);
  if (gates.length === 1 && gates[0] !== undefined) return { job: gates[0].id };
  const others = jobs.filter((job) => !isGate(job) && job.status === "completed" && job.conclusion === "success");
  return gates.length > 1 && others.length === 0 ? "run" : undefined;
}

/**
 * Whether to restart a run: it is its first attempt, one of its jobs waits for a dead runner, none of its jobs runs,
 * and it has a finished gate, which can choose again. A run without a gate would request the same dead runner again.
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

/** Result for a run that was to be restarted. */
export const results = ["rerun", "ended", "given_up"] as const;
export type RedispatchResult = (typeof results)[number];

/** The intent to restart a run, recorded before anything is done. Times in milliseconds since 1970. */
export interface Intent {
  readonly at: number;
  readonly cancelledAt: number | null;
}

const CANCEL_AGAIN_MS = 30_000;
const GIVE_UP_MS = 600_000;

export type RedispatchStep =
  { readonly kind: "cancel" | "rerun" | "wait" } | { readonly kind: "over"; readonly result: RedispatchResult };

/**
 * The next step, whatever was done before and whichever process was killed in between.
 * @param run as GitHub shows it now; undefined when it was deleted
 */
export function nextStep(run: WaitingRun | undefined, intent: Intent, now: number): RedispatchStep {
  if (run === undefined) return { kind: "over", result: "ended" };
  if (run.attempt > 1) return { kind: "over", result: "rerun" };
  // Treat a time in the future like one in the past, so that a clock that was ahead does not delay the work.
  if (Math.abs(now - intent.at) > GIVE_UP_MS) return { kind: "over", result: "given_up" };
  // Its runner may have become available in the meantime.
  if (run.status === "completed") {
    return run.conclusion === "cancelled" ? { kind: "rerun" } : { kind: "over", result: "ended" };
  }
  const isDue = intent.cancelledAt === null || Math.abs(now - intent.cancelledAt) > CANCEL_AGAIN_MS;
  return { kind: isDue ? "cancel" : "wait" };
}
