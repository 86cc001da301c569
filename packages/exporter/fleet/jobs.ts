/**
 * Counts jobs that have ended at GitHub. Pure.
 */
import type { ExpectedRunner, FleetConfig } from "../config";
import { count, emptyTally, expectHistogram, observe, type Tally } from "@ghrunners/metrics-server/tally";
import type { CountedJob } from "./cursor";
import type { JobFacts, RunFacts } from "@ghrunners/core/github/facts";
import { isSelfHosted } from "@ghrunners/core/github/runner";

type JobConfig = Pick<FleetConfig, "runners" | "deploymentWorkflow" | "pollSeconds">;

/** Conclusions whose series exist from the start, because an increase from a missing series would not be seen. */
const usual = ["success", "failure", "cancelled"];
/** All conclusions of GitHub; future ones are counted as `other`. */
const conclusions = [...usual, "skipped", "timed_out", "action_required", "neutral", "stale", "startup_failure"];
/** A deployment that never reached a runner. */
const NOBODY = { runner: "none", role: "none" };

export function startTally({ runners, deploymentWorkflow }: JobConfig, known: Tally | undefined): Tally {
  const series = runners.flatMap(({ name, role }) => usual.map((conclusion) => ({ runner: name, role, conclusion })));
  const roles = new Set(runners.map(({ role }) => role));
  let tally = series.reduce((before, labels) => count(before, "githubJobs", labels, 0), known ?? emptyTally);
  for (const role of roles) {
    tally = expectHistogram(expectHistogram(tally, "githubJobDuration", { role }), "githubJobQueueDuration", { role });
  }
  if (deploymentWorkflow === undefined) return tally;
  tally = [...series, ...usual.map((conclusion) => ({ ...NOBODY, conclusion }))].reduce(
    (before, labels) => count(before, "githubDeploymentJobs", labels, 0),
    tally,
  );
  return expectHistogram(tally, "githubDeploymentQueueDuration", {});
}

/** Time in the queue, s; undefined if an approval was or may have been part of it. */
function queueSeconds({ job, queuedOnly }: CountedJob, pollSeconds: number): number | undefined {
  if (job.startedAt === undefined || job.runner === undefined || queuedOnly === false) return undefined;
  const waited = Math.max(0, job.startedAt - job.createdAt);
  // It was never seen waiting: a wait that fits between two polls cannot have been for an approval.
  return queuedOnly === true || waited <= 2 * pollSeconds ? waited : undefined;
}

/** Whether a job is one of the deployment workflow that self-hosted runners take. */
export const isDeployment = (
  { runners, deploymentWorkflow }: Pick<FleetConfig, "runners" | "deploymentWorkflow">,
  { workflows }: RunFacts,
  job: JobFacts,
): boolean => deploymentWorkflow !== undefined && workflows.includes(deploymentWorkflow) && isSelfHosted(job, runners);

export function countJob(tally: Tally, config: JobConfig, run: RunFacts, counted: CountedJob): Tally {
  const { job } = counted;
  const runner: ExpectedRunner | undefined = config.runners.find(({ name }) => name === job.runner);
  const conclusion = conclusions.includes(job.conclusion ?? "") ? (job.conclusion ?? "") : "other";
  const queued = queueSeconds(counted, config.pollSeconds);
  let next = tally;
  if (runner !== undefined) {
    const { name, role } = runner;
    next = count(next, "githubJobs", { runner: name, role, conclusion });
    if (job.startedAt !== undefined && job.completedAt !== undefined) {
      next = observe(next, "githubJobDuration", { role }, Math.max(0, job.completedAt - job.startedAt));
    }
    if (queued !== undefined) next = observe(next, "githubJobQueueDuration", { role }, queued);
  }
  if (job.conclusion === "skipped" || !isDeployment(config, run, job)) return next;
  const who = runner === undefined ? NOBODY : { runner: runner.name, role: runner.role };
  next = count(next, "githubDeploymentJobs", { ...who, conclusion });
  return queued === undefined ? next : observe(next, "githubDeploymentQueueDuration", {}, queued);
}
