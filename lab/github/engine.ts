import type { PullRequestEvent, PushEvent } from "./workflows/events";
import type { RunRecord } from "./workflows/records";

export interface DispatchRequest {
  /** `.github/workflows/NAME.yml` */
  readonly path: string;
  /** Branch or tag as the caller wrote it. */
  readonly ref: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly login: string;
}

/** Something happened to the repository. */
export type TriggerRequest =
  /** Without a commit, the head of the default branch. */
  | { readonly kind: "push"; readonly event: PushEvent; readonly commit?: string | undefined }
  /** Without commits it is simulated, over the head of the default branch. */
  | { readonly kind: "pull_request"; readonly event: PullRequestEvent; readonly commits?: PullRequestCommits };

export interface PullRequestCommits {
  /** Branch that it is to go into. */
  readonly base: string;
  readonly headSha: string;
  /** The merge of both, with whose files the workflows run. */
  readonly mergeSha: string;
}

export interface ReviewRequest {
  readonly runId: number;
  readonly environments: readonly string[];
  readonly state: "approved" | "rejected";
  readonly comment: string;
  readonly login: string;
}

/**
 * Runs workflows over the store: REST calls it for every change of a run. All methods throw GitHubApiError in GitHub's
 * words when the request cannot be met.
 */
export interface WorkflowEngine {
  /** The workflow's `name`, or its path when it has none or cannot be parsed. */
  nameOf(path: string): string;
  /** Queues a run of `workflow_dispatch`. @throws GitHubApiError 422 for an unknown ref, input or trigger */
  dispatch(request: DispatchRequest): RunRecord;
  /** Starts every workflow that a push or a pull request triggers; files that cannot run are events. */
  trigger(request: TriggerRequest): RunRecord[];
  /** Lets a fork's run start. @throws GitHubApiError 403 when it does not wait for that */
  approve(runId: number, login: string): void;
  /** Cancels jobs; a run that is already over is a 409. */
  cancel(runId: number, options: { readonly force: boolean }): void;
  /** Starts the run's next attempt. */
  rerun(runId: number, options: { readonly only: "all" | "failed" | number; readonly login: string }): void;
  /** Approves or rejects environments that jobs of the run wait for. */
  review(request: ReviewRequest): void;
  /** Stops timers and child processes. */
  close(): Promise<void>;
}
