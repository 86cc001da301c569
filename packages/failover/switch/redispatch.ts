/**
 * Restarts runs that wait for a dead runner. Each intent is written to disk before it is carried out, so that work
 * continues after a restart.
 */
import type { GateDecision } from "../choice/choose";
import type { SwitchConfig } from "../config";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { statusOf, unlessMissing } from "@ghrunners/core/github/errors";
import type { JobFacts } from "@ghrunners/core/github/facts";
import { toJobs } from "@ghrunners/core/github/read-facts";
import {
  type Intent,
  nextStep,
  type RawWaitingRun,
  type RedispatchResult,
  type RunnerCapacity,
  toWaitingRun,
  waitsForTheDead,
  type WaitingRun,
  whatToRepeat,
} from "./waiting";

const RUNS = "/actions/runs";
const JOBS = "/actions/jobs";
/** A run whose gate has ended is in one of these states, whatever its other jobs wait for. */
const unfinished = ["queued", "in_progress"];
/** Share of the budget that reads leave for writing the choice. */
export const RESERVE = 0.3;
/** Number of abandoned runs to remember, so that they are not tried again. */
const KEPT = 100;

/** Intents by the run's id, and runs that were given up. */
export interface Redispatches {
  readonly intents: Readonly<Record<string, Intent>>;
  readonly abandoned: readonly number[];
}

export const noRedispatches: Redispatches = { intents: {}, abandoned: [] };

export class Redispatcher {
  /**
   * @param state state of an earlier process
   * @param keep makes the state durable before it returns
   * @param tell called with the result of each run
   */
  constructor(
    private readonly github: GitHubClient,
    private readonly runners: SwitchConfig["runners"],
    private readonly now: () => number,
    private readonly keep: (state: Redispatches) => void,
    private readonly tell: (result: RedispatchResult) => void,
    private state: Redispatches,
  ) {}

  /** One round: continues pending intents, then searches for more. @throws Error of the request that failed */
  async round(decision: GateDecision): Promise<void> {
    for (const [id, intent] of Object.entries(this.state.intents)) await this.goOn(Number(id), intent);
    const dead = decision.runners.filter(({ grade }) => grade === "unusable");
    if (decision.runner === null || dead.length === 0) return;
    const standing = this.runners.map(({ name, labels }) => ({
      labels,
      usable: !dead.some((runner) => runner.name === name),
    }));
    for (const run of await this.waiting(standing)) {
      const intent = { at: this.now(), cancelledAt: null };
      this.change({ ...this.state.intents, [run.id]: intent });
      await this.goOn(run.id, intent);
    }
  }

  private change(intents: Redispatches["intents"], abandoned = this.state.abandoned): void {
    this.state = { intents, abandoned };
    this.keep(this.state);
  }

  private async waiting(standing: readonly RunnerCapacity[]): Promise<WaitingRun[]> {
    const found: WaitingRun[] = [];
    for (const status of unfinished) {
      const runs = await this.github.pages(
        RUNS,
        { status },
        ({ workflow_runs }: { workflow_runs: RawWaitingRun[] }) => workflow_runs.map(toWaitingRun),
        RESERVE,
      );
      for (const run of runs) {
        const isKnown = this.state.intents[run.id] !== undefined || this.state.abandoned.includes(run.id);
        if (run.attempt > 1 || isKnown) continue;
        if (waitsForTheDead(run, await this.jobs(run.id), standing)) found.push(run);
      }
    }
    return found;
  }

  private jobs(id: number): Promise<JobFacts[]> {
    return this.github.pages(`${RUNS}/{run_id}/jobs`, { run_id: id, filter: "latest" }, toJobs, RESERVE);
  }

  private async goOn(id: number, intent: Intent): Promise<void> {
    const where = { run_id: id };
    const step = nextStep(await this.run(id), intent, this.now());
    if (step.kind === "cancel") {
      // Write before cancelling: repeating a cancel is harmless, losing track of a cancelled run is not.
      this.change({ ...this.state.intents, [id]: { ...intent, cancelledAt: this.now() } });
      await this.unless(409, this.github.send("POST", `${RUNS}/{run_id}/cancel`, where));
    } else if (step.kind === "rerun") {
      await this.unless(403, this.repeat(id));
    } else if (step.kind === "over") {
      const others = Object.fromEntries(Object.entries(this.state.intents).filter(([key]) => key !== String(id)));
      const abandoned = step.result === "given_up" ? [...this.state.abandoned, id].slice(-KEPT) : undefined;
      this.change(others, abandoned);
      this.tell(step.result);
    }
  }

  /** Repeats the gate's job and the jobs that wait for it; other finished jobs are not repeated. */
  private async repeat(id: number): Promise<void> {
    const what = whatToRepeat(await this.jobs(id));
    if (what === "run") return this.github.send("POST", `${RUNS}/{run_id}/rerun`, { run_id: id });
    if (what !== undefined) return this.github.send("POST", `${JOBS}/{job_id}/rerun`, { job_id: what.job });
  }

  /** Ignores GitHub's answer that the run has already ended or already runs: the next round sees its state. */
  private async unless(status: number, request: Promise<void>): Promise<void> {
    try {
      await request;
    } catch (error) {
      if (statusOf(error) !== status) throw error;
    }
  }

  private run(id: number): Promise<WaitingRun | undefined> {
    return unlessMissing(this.github.get(`${RUNS}/{run_id}`, { run_id: id }, toWaitingRun, RESERVE));
  }
}
