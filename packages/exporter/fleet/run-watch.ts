/**
 * Follows workflow runs and their jobs, and counts each job once.
 */
import type { FleetConfig } from "../config";
import type { Tally } from "@ghrunners/metrics-server/tally";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { unlessMissing } from "@ghrunners/core/github/errors";
import { type Cursor, isOpen, takeJobs, waitedForApproval } from "./cursor";
import type { JobFacts, OpenJob, OpenRun, RunFacts } from "@ghrunners/core/github/facts";
import { countJob } from "./jobs";
import { type JobStreaks, withJob } from "./streaks";
import { toJobs, toRun, toRuns } from "@ghrunners/core/github/read-facts";

/** When the budget is low, requests for runners come first. */
const RESERVE = 0.15;
const PAGE = 50;
/** Maximum number of pages of runs in one poll; GitHub lists at most 1,000 runs of a search. */
const PAGES = 20;
/** States of unfinished runs. A run that has waited for days is not on the first page any more. */
const unfinished = ["queued", "in_progress", "waiting", "pending", "requested"];
const RUNS = "/actions/runs";

/** Everything that was learnt from jobs that have ended, with the position up to which they were read. */
export interface RunProgress {
  readonly cursor: Cursor;
  readonly tally: Tally;
  readonly streaks: JobStreaks;
}

export class RunWatch {
  /** Runs whose jobs must still be read. */
  private readonly watched = new Map<number, OpenRun>();

  constructor(
    private readonly github: GitHubClient,
    private readonly config: FleetConfig,
    private reached: RunProgress,
    /** Seconds since 1970. */
    private readonly now: () => number,
  ) {}

  get progress(): RunProgress {
    return this.reached;
  }

  private get cursor(): Cursor {
    return this.reached.cursor;
  }

  get open(): OpenRun[] {
    return [...this.watched.values()];
  }

  /**
   * Reads everything that may have changed. What was processed before an error is kept.
   * @param thorough also searches for unfinished runs that are not on an early page
   */
  async poll(thorough: boolean): Promise<void> {
    const listed = new Map((await this.list()).map((run) => [run.id, run]));
    if (thorough) {
      for (const status of unfinished) {
        for (const run of await this.github.pages(RUNS, { status }, toRuns, RESERVE)) listed.set(run.id, run);
      }
    }
    for (const run of listed.values()) this.admit(run);
    for (const [id, { run }] of this.watched) {
      const now = listed.get(id) ?? (await this.ask(run));
      if (now === undefined) this.watched.delete(id);
      else await this.follow(now);
    }
  }

  private listPage(parameters: Record<string, string | number>): Promise<RunFacts[]> {
    return this.github.get(RUNS, parameters, toRuns, RESERVE);
  }

  /** The newest runs, back to the last known one. */
  private async list(): Promise<RunFacts[]> {
    const all: RunFacts[] = [];
    for (let page = 1; page <= PAGES; page += 1) {
      const runs = await this.listPage({ per_page: PAGE, page });
      all.push(...runs);
      const last = runs.at(-1);
      const { since, floor, runs: known } = this.cursor;
      if (last === undefined || runs.length < PAGE) break;
      if (known[last.id] !== undefined || last.createdAt < Math.max(since, floor)) break;
    }
    return all;
  }

  private admit(run: RunFacts): void {
    if (!isOpen(this.cursor, run)) return;
    const isPast = run.status === "completed" && Date.parse(run.updatedAt) / 1000 < this.cursor.since;
    if (isPast) this.reached = { ...this.reached, cursor: takeJobs(this.cursor, run, []).cursor };
    else this.watched.set(run.id, { run, jobs: this.watched.get(run.id)?.jobs ?? [] });
  }

  /** Undefined for a run that was deleted. */
  private ask({ id }: RunFacts): Promise<RunFacts | undefined> {
    return unlessMissing(this.github.get(`${RUNS}/{run_id}`, { run_id: id }, toRun, RESERVE));
  }

  private async follow(run: RunFacts): Promise<void> {
    const where = { run_id: run.id, filter: "all" };
    const jobs = await this.github.pages(`${RUNS}/{run_id}/jobs`, where, toJobs, RESERVE);
    const { cursor, counted } = takeJobs(this.cursor, run, jobs);
    let { tally, streaks } = this.reached;
    for (const one of counted) {
      tally = countJob(tally, this.config, run, one);
      streaks = withJob(streaks, this.config, run, one.job);
    }
    this.reached = { cursor, tally, streaks };
    if (isOpen(this.cursor, run)) {
      const open = jobs.filter(({ status }) => status !== "completed");
      this.watched.set(run.id, { run, jobs: open.map((job) => this.dated(run, job)) });
    } else this.watched.delete(run.id);
  }

  /** GitHub gives no time at which a job became queued, only that of its creation. */
  private dated(run: RunFacts, job: JobFacts): OpenJob {
    if (job.status !== "queued") return job;
    const before = this.watched.get(run.id)?.jobs.find(({ id, attempt }) => id === job.id && attempt === job.attempt);
    if (before?.status === "queued") return { ...job, queuedSince: before.queuedSince };
    const waited = before !== undefined || waitedForApproval(this.cursor, run, job);
    return waited ? { ...job, queuedSince: this.now() } : job;
  }
}
