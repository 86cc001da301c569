import { timestamp } from "../clock";
import type { StoredEnvironment, GitHubState } from "../model";
import { endJob } from "./ending";
import { mayStart } from "./groups";
import { missingHosted } from "./matching";
import type { JobRecord, RunRecord } from "./records";
import type { EngineContext } from "./engine-context";

/**
 * What a job waits for before it gets a runner: first its concurrency group, then its environment.
 * GitHub does not document the order; so a job that waits for approval holds its group.
 * @returns whether anything changed
 */
export function passGates(state: GitHubState, run: RunRecord, context: EngineContext): boolean {
  const open = state.actions.jobs.filter((job) => job.runId === run.id && job.status !== "completed");
  return open.map((job) => passGate(state, run, job, context)).some(Boolean);
}

function passGate(state: GitHubState, run: RunRecord, job: JobRecord, context: EngineContext): boolean {
  if (job.status === "pending" && mayStart(state.actions, job)) {
    enterEnvironment(state, run, job, context);
    return true;
  }
  if (job.status !== "waiting") return false;
  if (job.review?.state === "rejected") {
    job.annotations.push(`The deployment was rejected by ${job.review.login}.`);
    endJob(job, "failure", context);
    return true;
  }
  const environment = state.environments.find((known) => sameName(known.name, job.environment?.name));
  const approved = job.review?.state === "approved" || (environment?.reviewers.length ?? 0) === 0;
  if (!approved || Date.parse(job.waitUntil ?? "") > context.now) return false;
  queue(job, context);
  return true;
}

const sameName = (left: string, right: string | undefined): boolean => left.toLowerCase() === right?.toLowerCase();

function enterEnvironment(state: GitHubState, run: RunRecord, job: JobRecord, context: EngineContext): void {
  if (job.environment === undefined) {
    queue(job, context);
    return;
  }
  const { name } = job.environment;
  const environment = state.environments.find((known) => sameName(known.name, name)) ?? create(state, name, context);
  if (!mayDeploy(environment, run, context.repository.defaultBranch)) {
    job.annotations.push(
      `Branch "${run.headBranch}" is not allowed to deploy to ${name} due to environment protection rules.`,
    );
    endJob(job, "failure", context);
  } else if (environment.reviewers.length > 0 || environment.waitTimer > 0) {
    job.status = "waiting";
    job.waitUntil = timestamp(context.now + environment.waitTimer * 60_000);
    context.emit("job.waiting", { runId: run.id, jobId: job.id, name: job.name, environment: name });
  } else {
    queue(job, context);
  }
}

/** GitHub makes an environment that a workflow names and that does not exist, without any protection. */
function create(state: GitHubState, name: string, context: EngineContext): StoredEnvironment {
  const now = timestamp(context.now);
  const environment: StoredEnvironment = {
    id: context.nextId(),
    name,
    createdAt: now,
    updatedAt: now,
    ruleIds: { waitTimer: context.nextId(), requiredReviewers: context.nextId(), branchPolicy: context.nextId() },
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
  environment: Pick<StoredEnvironment, "deploymentBranchPolicy" | "branchPolicies">,
  run: Pick<RunRecord, "ref" | "headBranch">,
  defaultBranch: string,
): boolean {
  const policy = environment.deploymentBranchPolicy;
  if (policy === null) return true;
  const type = run.ref.startsWith("refs/tags/") ? "tag" : "branch";
  if (policy.protectedBranches) return type === "branch" && run.headBranch === defaultBranch;
  return environment.branchPolicies.some((known) => known.type === type && matchesPattern(known.name, run.headBranch));
}

/**
 * GitHub matches names as Ruby's File.fnmatch with FNM_PATHNAME: `*` stops at a slash, two of them and a slash do not.
 */
export function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*\*\/|\*|\?|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === "**/") return "(?:.*/)?";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : `\\${part}`;
  });
  return new RegExp(`^${source}$`).test(name);
}

function queue(job: JobRecord, context: EngineContext): void {
  job.status = "queued";
  job.queuedAt = timestamp(context.now);
  const missing = missingHosted(job.labels);
  if (missing !== undefined)
    job.annotations.push(`Hosted machines "${missing}" are not modelled in the lab: the job waits.`);
  context.emit("job.queued", { runId: job.runId, jobId: job.id, name: job.name, labels: job.labels });
}
