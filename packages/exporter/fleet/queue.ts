/**
 * Jobs that wait at GitHub for a runner. Pure.
 */
import type { ExpectedRunner } from "../config";
import { carries, type GitHubRunner, isSelfHosted, labelSet } from "@ghrunners/core/github/runner";
import { type Sample, sample } from "@ghrunners/metrics-server/samples";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import type { OpenJob, OpenRun } from "@ghrunners/core/github/facts";

/** Maximum number of label sets; further ones are merged, because a workflow may request any labels. */
const LABEL_SETS = 20;
const OTHER = "other";

/** Since when a job waits for a runner: a wait for an approval or for another deployment before does not count. */
const waitsSince = ({ queuedSince, createdAt }: OpenJob): number => queuedSince ?? createdAt;

/** The queued jobs of self-hosted runners, by label set; the longest wait first. */
function queuedBySet(runs: readonly OpenRun[], expected: readonly ExpectedRunner[]): Map<string, OpenJob[]> {
  // The sets of the configured runners always exist: 0 jobs is a known value.
  const sets = new Map<string, OpenJob[]>(expected.map(({ labels }) => [labelSet(labels), []]));
  const queued = runs.flatMap(({ jobs }) =>
    jobs.filter((job) => job.status === "queued" && isSelfHosted(job, expected)),
  );
  for (const job of [...queued].sort((a, b) => waitsSince(a) - waitsSince(b))) {
    const set = labelSet(job.labels);
    const name = sets.has(set) || sets.size < LABEL_SETS + expected.length ? set : OTHER;
    sets.set(name, [...(sets.get(name) ?? []), job]);
  }
  return sets;
}

/**
 * Jobs that an idle runner should have taken. Each idle runner counts for one job, the one that waits longest, because
 * the others would wait anyway. A job that was queued just now does not count: GitHub needs some seconds to assign it.
 */
function despiteIdle(jobs: readonly OpenJob[], runners: readonly GitHubRunner[], now: number): Set<OpenJob> {
  const idle = new Set(runners.filter((runner) => runner.online && !runner.busy));
  const found = new Set<OpenJob>();
  for (const job of [...jobs].sort((a, b) => waitsSince(a) - waitsSince(b))) {
    if (now - waitsSince(job) <= thresholds.eligibleIdleQueuedSeconds) continue;
    const taker = [...idle].find((runner) => carries(runner.labels, job.labels));
    if (taker === undefined) continue;
    idle.delete(taker);
    found.add(job);
  }
  return found;
}

/** @param runners undefined if GitHub's list of runners is currently unknown */
export function queueSamples(
  runs: readonly OpenRun[],
  runners: readonly GitHubRunner[] | undefined,
  expected: readonly ExpectedRunner[],
  now: number,
): Sample[] {
  const sets = queuedBySet(runs, expected);
  const late = runners && despiteIdle([...sets.values()].flat(), runners, now);
  return [...sets].flatMap(([labels, jobs]) => {
    const oldest = jobs[0];
    return [
      sample("githubJobsQueued", jobs.length, { labels }),
      ...(oldest === undefined
        ? []
        : [sample("githubJobQueueOldest", Math.max(0, now - waitsSince(oldest)), { labels })]),
      ...(late === undefined
        ? []
        : [sample("githubJobsQueuedDespiteIdle", jobs.filter((job) => late.has(job)).length, { labels })]),
    ];
  });
}

/** Runs of the deployment workflow that have not started, or whose deployment has not. */
export function deploymentQueueDepth(
  runs: readonly OpenRun[],
  workflow: string,
  expected: readonly ExpectedRunner[],
): number {
  const waiting = ["queued", "pending", "requested"];
  return runs.filter(
    ({ run, jobs }) =>
      run.workflows.includes(workflow) &&
      (waiting.includes(run.status) || jobs.some((job) => isSelfHosted(job, expected) && waiting.includes(job.status))),
  ).length;
}
