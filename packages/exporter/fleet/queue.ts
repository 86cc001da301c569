/**
 * Jobs that wait at GitHub for a runner. Pure.
 */
import type { ExpectedRunner } from "../config";
import { carries, type GitHubRunner, isSelfHosted, labelSet } from "@ghrunners/core/github/runner";
import { type Sample, sample } from "@ghrunners/metrics-server/samples";
import type { JobFacts, OpenRun } from "@ghrunners/core/github/facts";

/** Maximum number of label sets; further ones are merged, because a workflow may request any labels. */
const LABEL_SETS = 20;
const OTHER = "other";

function queuedBySet(runs: readonly OpenRun[], expected: readonly ExpectedRunner[]): Map<string, JobFacts[]> {
  // The sets of the configured runners always exist: 0 jobs is a known value.
  const sets = new Map<string, JobFacts[]>(expected.map(({ labels }) => [labelSet(labels), []]));
  const queued = runs.flatMap(({ jobs }) =>
    jobs.filter((job) => job.status === "queued" && isSelfHosted(job, expected)),
  );
  for (const job of [...queued].sort((a, b) => a.createdAt - b.createdAt)) {
    const set = labelSet(job.labels);
    const name = sets.has(set) || sets.size < LABEL_SETS + expected.length ? set : OTHER;
    sets.set(name, [...(sets.get(name) ?? []), job]);
  }
  return sets;
}

/** @param runners undefined if GitHub's list of runners is currently unknown */
export function queueSamples(
  runs: readonly OpenRun[],
  runners: readonly GitHubRunner[] | undefined,
  expected: readonly ExpectedRunner[],
  now: number,
): Sample[] {
  return [...queuedBySet(runs, expected)].flatMap(([labels, jobs]) => {
    const oldest = jobs[0];
    const size = sample("githubJobsQueued", jobs.length, { labels });
    if (oldest === undefined) return [size];
    const age = sample("githubJobQueueOldest", Math.max(0, now - oldest.createdAt), { labels });
    if (runners === undefined || labels === OTHER) return [size, age];
    const idle = runners.filter((runner) => runner.online && !runner.busy && carries(runner.labels, oldest.labels));
    return [size, age, sample("githubQueuedEligibleIdle", idle.length, { labels })];
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
