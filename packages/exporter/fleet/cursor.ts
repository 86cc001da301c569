/**
 * Remembers which jobs were counted: each attempt of a job counts once, in whatever order and however often it is seen,
 * also across restarts. Pure.
 */
import * as z from "zod";
import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";

const runEntry = z.object({
  createdAt: z.number(),
  /** Attempts whose jobs are all counted: 1 to this one. */
  settledAttempt: z.number(),
  updatedAt: z.string(),
  /** Counted jobs of later attempts, `ID/ATTEMPT`. */
  counted: z.array(z.string()),
  /** Jobs that were seen before they ended, `ID/ATTEMPT`; with `!` if they waited for an approval. */
  seen: z.array(z.string()),
});
type RunEntry = z.output<typeof runEntry>;

export const cursorSchema = z.object({
  /** Jobs that ended before this time are not counted, seconds since 1970. */
  since: z.number(),
  /** Runs created before this time are forgotten and not read again, seconds since 1970. */
  floor: z.number(),
  /** By run id. */
  runs: z.record(z.string(), runEntry),
});
export type Cursor = z.output<typeof cursorSchema>;

/** Number of runs to keep; beyond it the oldest finished runs are forgotten first. */
const KEPT_RUNS = 2_000;

export const newCursor = (now: number): Cursor => ({ since: now, floor: 0, runs: {} });

/** A job that is counted now. */
export interface CountedJob {
  readonly job: JobFacts;
  /** Whether it never waited for an approval; undefined if it was never seen while queued. */
  readonly queuedOnly: boolean | undefined;
}

const keyOf = ({ id, attempt }: JobFacts): string => `${id}/${attempt}`;

/** Whether a job was seen waiting for an approval, by this process or an earlier one. */
export const waitedForApproval = ({ runs }: Cursor, { id }: RunFacts, job: JobFacts): boolean =>
  runs[id]?.seen.includes(`!${keyOf(job)}`) ?? false;

/** Whether the jobs of a run must be read. */
export function isOpen(cursor: Cursor, run: RunFacts): boolean {
  const entry = cursor.runs[run.id];
  if (run.createdAt < cursor.floor && entry === undefined) return false;
  return entry === undefined || entry.settledAttempt < run.attempt || entry.updatedAt !== run.updatedAt;
}

/** A re-run that takes over a job's result lists that job again, with the times of the earlier attempt. */
const isCopy = (job: JobFacts, run: RunFacts): boolean =>
  job.attempt > 1 && job.attempt === run.attempt && (job.completedAt ?? Infinity) < run.startedAt;

/**
 * Processes all jobs of a run, of every attempt.
 * @returns the new cursor, and the jobs to count now
 */
export function takeJobs(
  cursor: Cursor,
  run: RunFacts,
  jobs: readonly JobFacts[],
): { cursor: Cursor; counted: CountedJob[] } {
  const before: RunEntry = cursor.runs[run.id] ?? {
    createdAt: run.createdAt,
    settledAttempt: 0,
    updatedAt: "",
    counted: [],
    seen: [],
  };
  const done = new Set(before.counted);
  const seen = new Set(before.seen);
  const counted: CountedJob[] = [];
  for (const job of jobs.filter(({ attempt }) => attempt > before.settledAttempt)) {
    const key = keyOf(job);
    if (job.status !== "completed") {
      seen.add(job.status === "waiting" ? `!${key}` : key);
      continue;
    }
    if (done.has(key)) continue;
    done.add(key);
    if (isCopy(job, run) || (job.completedAt ?? 0) < cursor.since) continue;
    counted.push({ job, queuedOnly: seen.has(`!${key}`) ? false : seen.has(key) || undefined });
  }
  const settled = run.status === "completed" && jobs.every(({ status }) => status === "completed");
  const entry: RunEntry = settled
    ? { ...before, settledAttempt: run.attempt, updatedAt: run.updatedAt, counted: [], seen: [] }
    : { ...before, counted: [...done], seen: [...seen] };
  return { cursor: forget({ ...cursor, runs: { ...cursor.runs, [run.id]: entry } }), counted };
}

/** Keeps the cursor small. Forgotten runs are below the floor, so they are not counted again. */
function forget(cursor: Cursor): Cursor {
  const entries = Object.entries(cursor.runs);
  const excess = entries.length - KEPT_RUNS;
  if (excess <= 0) return cursor;
  const oldest = entries.sort(([, a], [, b]) => a.createdAt - b.createdAt).slice(0, excess);
  const runs = { ...cursor.runs };
  for (const [id] of oldest) delete runs[id];
  const floor = Math.max(cursor.floor, ...oldest.map(([, { createdAt }]) => createdAt + 1));
  return { ...cursor, runs, floor };
}
