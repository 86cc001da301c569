import type { Job, Workflow } from "./model";
import type { Json, WorkflowTemplate } from "./template";

/** Status of a run or a job, as GitHub's REST API names them (schema `workflow-run`, `job`). */
export type RunStatus = "requested" | "waiting" | "pending" | "queued" | "in_progress" | "completed";
export type Conclusion = "success" | "failure" | "cancelled" | "skipped" | "timed_out" | "startup_failure";
export type NodeResult = "success" | "failure" | "cancelled" | "skipped";

/** A concurrency setting after evaluation. Group names compare without case. */
export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: boolean;
  /** `single`: one pending member, a newer one cancels it. `max`: up to 100 wait in order. */
  readonly queue: "single" | "max";
}

/** Where a set of jobs takes its inputs and secrets from: the run itself, or the call of a reusable workflow. */
export interface RunScope {
  /** `run`, or the id of the calling node. */
  readonly id: string;
  readonly workflow: Workflow;
  /** Set when the scope begins. */
  inputs: Record<string, Json>;
  /** All secrets of the repository, or a mapping evaluated when a job is handed out. */
  readonly secrets: "all" | WorkflowTemplate;
}

/** One job of a workflow file within a run, before and after its matrix is known. */
export interface JobNode {
  /** `SCOPE/JOB` */
  readonly id: string;
  readonly scope: string;
  readonly jobId: string;
  /** Ids of nodes of the same scope. */
  readonly needs: readonly string[];
  state: "blocked" | "started" | "done";
  result?: NodeResult;
  outputs: Record<string, string>;
}

/** What a run comes from. */
export interface RunOrigin {
  readonly event: string;
  /** Branch or tag without refs/. */
  readonly headBranch: string;
  /** For example refs/heads/main. */
  readonly ref: string;
  readonly actor: string;
  readonly pullRequest?: {
    readonly number: number;
    /** Branch that it is to go into. */
    readonly base: string;
    /** Code of a user without write access: no secrets, a token that only reads. */
    readonly fork: boolean;
    readonly action: string;
    /** Its merge with the base, which the run's jobs get as github.sha; a simulated one has none. */
    readonly mergeSha?: string;
  };
}

export interface RunRecord extends RunOrigin {
  readonly id: number;
  readonly number: number;
  attempt: number;
  readonly workflowFile: string;
  readonly name: string;
  readonly displayTitle: string;
  readonly headSha: string;
  /** Who approved, rejected or ran it again last; the run's own actor at first. */
  triggeringActor: string;
  status: RunStatus;
  /** `action_required`: a pull request from a fork whose run is not approved yet. */
  conclusion: Conclusion | "action_required" | null;
  readonly createdAt: string;
  startedAt: string;
  updatedAt: string;
  readonly concurrency?: Concurrency;
  /** Repository variables of the time when the run was made, where the seed says that runs see those. */
  readonly variables?: Readonly<Record<string, string>>;
  cancelRequestedAt?: string;
  readonly scopes: RunScope[];
  readonly nodes: JobNode[];
}

export interface StepRecord {
  readonly number: number;
  readonly name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: Conclusion | null;
  startedAt: string | null;
  completedAt: string | null;
}

/** A reviewer's word on a job that waits for an environment. */
export interface Review {
  readonly state: "approved" | "rejected";
  readonly login: string;
  readonly comment: string;
  readonly at: string;
}

export interface JobRecord {
  readonly id: number;
  readonly runId: number;
  readonly runAttempt: number;
  readonly node: string;
  readonly name: string;
  status: RunStatus;
  conclusion: Conclusion | null;
  readonly labels: readonly string[];
  runnerId: number | null;
  runnerName: string | null;
  readonly createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  steps: StepRecord[];
  outputs: Record<string, string>;
  readonly matrix: Json;
  readonly strategy: Json;
  readonly failFast: boolean;
  /** Most jobs of the matrix that run at once; null means no limit. */
  readonly maxParallel: number | null;
  readonly timeoutMinutes: number;
  readonly continueOnError: boolean;
  readonly concurrency?: Concurrency;
  readonly environment?: { readonly name: string; url: string };
  review?: Review;
  /** When the wait timer of the environment ends. */
  waitUntil?: string;
  /** When it became ready for a runner: queue limits count from here. */
  queuedAt?: string;
  cancelRequestedAt?: string;
  /** When the runner took the job; until then it can be given to another one. */
  acquiredAt?: string;
  /** SHA-256 of the token with which the runner reports on this job. */
  tokenSha256?: string;
  /** SHA-256 of the job's GITHUB_TOKEN. */
  apiTokenSha256?: string;
  /** Markdown that steps wrote for people. */
  summary?: string;
  /** What GitHub shows as annotations: why it failed or still waits. */
  annotations: string[];
}

export function nodeOf(run: RunRecord, id: string): JobNode {
  const node = run.nodes.find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`The run has no job ${id}.`);
  return node;
}

export function scopeOf(run: RunRecord, node: JobNode): RunScope {
  const scope = run.scopes.find((candidate) => candidate.id === node.scope);
  if (scope === undefined) throw new Error(`The run has no scope ${node.scope}.`);
  return scope;
}

/** What the workflow file says about the node's job. */
export function definitionOf(run: RunRecord, node: JobNode): Job {
  const definition = scopeOf(run, node).workflow.jobs.find((job) => job.id === node.jobId);
  if (definition === undefined) throw new Error(`The workflow has no job ${node.jobId}.`);
  return definition;
}

/** All that the engine keeps; a part of the emulator's state on disk. */
export interface ActionsState {
  runs: RunRecord[];
  jobs: JobRecord[];
  /** Last run number by workflow file. */
  runNumbers: Record<string, number>;
}
