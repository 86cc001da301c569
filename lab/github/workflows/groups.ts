import { groupKey, nextToStart, type GroupMember } from "./concurrency";
import type { ActionsState, JobRecord, RunRecord } from "./records";

const memberOfRun = (run: RunRecord): GroupMember => ({
  id: `run:${run.id}`,
  state: run.status === "pending" ? "pending" : "active",
  order: run.id,
});
const memberOfJob = (job: JobRecord): GroupMember => ({
  id: `job:${job.id}`,
  state: job.status === "pending" ? "pending" : "active",
  order: job.id,
});

const keyOfRun = (run: RunRecord): string | undefined => {
  const { concurrency } = run;
  return concurrency === undefined ? undefined : groupKey(concurrency);
};
const keyOfJob = (job: JobRecord): string | undefined => {
  const { concurrency } = job;
  return concurrency === undefined ? undefined : groupKey(concurrency);
};

/** Runs and jobs that hold or want the place of a group; both kinds share the names. */
export function groupMembers(state: ActionsState, key: string): GroupMember[] {
  const runs = state.runs.filter((run) => run.status !== "completed" && keyOfRun(run) === key);
  const jobs = state.jobs.filter((job) => job.status !== "completed" && keyOfJob(job) === key);
  return [...runs.map(memberOfRun), ...jobs.map(memberOfJob)];
}

/** Whether a pending run or job may go on now. */
export function mayStart(state: ActionsState, candidate: RunRecord | JobRecord): boolean {
  const isJob = "runId" in candidate;
  const key = isJob ? keyOfJob(candidate) : keyOfRun(candidate);
  if (key === undefined) return true;
  return nextToStart(groupMembers(state, key)) === `${isJob ? "job" : "run"}:${candidate.id}`;
}

/** A group that has a holder or waiters. */
export interface ConcurrencyGroup {
  readonly name: string;
  holder: Owner | null;
  readonly waiting: (Owner & { readonly since: string })[];
}

interface Owner {
  readonly runId: number;
  /** Null for the group of the whole run. */
  readonly jobId: number | null;
}

/** The groups in use, for GET /actions/concurrency_groups. */
export function concurrencyGroups(state: ActionsState): ConcurrencyGroup[] {
  const keyed = [
    ...state.runs
      .filter((run) => run.status !== "completed")
      .map((run) => ({ key: keyOfRun(run), name: run.concurrency?.group, run, job: null })),
    ...state.jobs
      .filter((job) => job.status !== "completed")
      .map((job) => ({ key: keyOfJob(job), name: job.concurrency?.group, run: null, job })),
  ];
  const groups = new Map<string, ConcurrencyGroup>();
  for (const { key, name, run, job } of keyed) {
    if (key === undefined || name === undefined) continue;
    const group = groups.get(key) ?? { name, holder: null, waiting: [] };
    const owner = { runId: job?.runId ?? (run as RunRecord).id, jobId: job?.id ?? null };
    const record = job ?? run;
    if (record.status === "pending") group.waiting.push({ ...owner, since: record.createdAt });
    else group.holder = owner;
    groups.set(key, group);
  }
  return [...groups.values()];
}
