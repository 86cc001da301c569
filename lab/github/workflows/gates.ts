import { timestamp } from "../clock";
import type { Environment, State } from "../model";
import { endJob } from "./ending";
import { mayStart } from "./groups";
import { missingHosted } from "./matching";
import type { JobRecord, Run } from "./records";
import type { Surroundings } from "./surroundings";

/**
 * What stands between a job and a runner: first its concurrency group, then its environment.
 * GitHub does not document the order; so a job that waits for approval holds its group.
 * @returns whether anything changed
 */
export function passGates(state: State, run: Run, around: Surroundings): boolean {
  const open = state.actions.jobs.filter((job) => job.runId === run.id && job.status !== "completed");
  return open.map((job) => passGate(state, run, job, around)).some(Boolean);
}

function passGate(state: State, run: Run, job: JobRecord, around: Surroundings): boolean {
  if (job.status === "pending" && mayStart(state.actions, job)) {
    enterEnvironment(state, run, job, around);
    return true;
  }
  if (job.status !== "waiting") return false;
  if (job.review?.state === "rejected") {
    job.annotations.push(`The deployment was rejected by ${job.review.login}.`);
    endJob(job, "failure", around);
    return true;
  }
  const environment = state.environments.find((known) => sameName(known.name, job.environment?.name));
  const approved = job.review?.state === "approved" || (environment?.reviewers.length ?? 0) === 0;
  if (!approved || Date.parse(job.waitUntil ?? "") > around.now) return false;
  queue(job, around);
  return true;
}

const sameName = (left: string, right: string | undefined): boolean => left.toLowerCase() === right?.toLowerCase();

function enterEnvironment(state: State, run: Run, job: JobRecord, around: Surroundings): void {
  if (job.environment === undefined) {
    queue(job, around);
    return;
  }
  const { name } = job.environment;
  const environment = state.environments.find((known) => sameName(known.name, name)) ?? create(state, name, around);
  if (!mayDeploy(environment, run, around.repository.defaultBranch)) {
    job.annotations.push(
      `Branch "${run.headBranch}" is not allowed to deploy to ${name} due to environment protection rules.`,
    );
    endJob(job, "failure", around);
  } else if (environment.reviewers.length > 0 || environment.waitTimer > 0) {
    job.status = "waiting";
    job.waitUntil = timestamp(around.now + environment.waitTimer * 60_000);
    around.emit("job.waiting", { runId: run.id, jobId: job.id, name: job.name, environment: name });
  } else {
    queue(job, around);
  }
}

/** GitHub makes an environment that a workflow names and that does not exist, without any protection. */
function create(state: State, name: string, around: Surroundings): Environment {
  const now = timestamp(around.now);
  const environment: Environment = {
    id: around.nextId(),
    name,
    createdAt: now,
    updatedAt: now,
    ruleIds: { waitTimer: around.nextId(), requiredReviewers: around.nextId(), branchPolicy: around.nextId() },
    waitTimer: 0,
    reviewers: [],
    preventSelfReview: false,
    canAdminsBypass: true,
    deploymentBranchPolicy: null,
    branchPolicies: [],
  };
  state.environments.push(environment);
  return environment;
}

/** The lab knows no branch protection: of "protected branches only" the default branch alone passes. */
export function mayDeploy(
  environment: Pick<Environment, "deploymentBranchPolicy" | "branchPolicies">,
  run: Pick<Run, "ref" | "headBranch">,
  defaultBranch: string,
): boolean {
  const policy = environment.deploymentBranchPolicy;
  if (policy === null) return true;
  const type = run.ref.startsWith("refs/tags/") ? "tag" : "branch";
  if (policy.protectedBranches) return type === "branch" && run.headBranch === defaultBranch;
  return environment.branchPolicies.some((known) => known.type === type && matchesPattern(known.name, run.headBranch));
}

/** GitHub matches names as Ruby's File.fnmatch with FNM_PATHNAME: `*` stops at a slash, two of them and a slash do not. */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*\*\/|\*|\?|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`).test(name);
}

function queue(job: JobRecord, around: Surroundings): void {
  job.status = "queued";
  job.queuedAt = timestamp(around.now);
  const missing = missingHosted(job.labels);
  if (missing !== undefined)
    job.annotations.push(`Hosted machines "${missing}" are not modelled in the lab: the job waits.`);
  around.emit("job.queued", { runId: job.runId, jobId: job.id, name: job.name, labels: job.labels });
}
