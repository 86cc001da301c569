import type { Contexts } from "../workflows/expressions";
import type { RunDefaults, WorkflowStep } from "../workflows/model";
import type { StepRecord } from "../workflows/records";
import type { Json, WorkflowTemplate } from "../workflows/template";

/**
 * What the stand-in runner and the GitHub emulator say to each other under /_lab/runner. This is the lab's own
 * protocol: GitHub's is private and not modelled.
 */
export const protocolRoot = "/_lab/runner";

/** Reasons for which the server refuses a runner, in the `reason` of an error. */
export type Refusal =
  | "registration-deleted"
  | "version-deprecated"
  | "session-conflict"
  | "session-unknown"
  | "name-taken"
  | "group-unknown";

/** POST /_lab/runner/register, with the registration token. */
export interface RegisterRequest {
  /** URL of the repository or the organization, as given to config.sh. */
  readonly url: string;
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  /** False with --no-default-labels. */
  readonly defaultLabels: boolean;
  readonly replace: boolean;
  readonly ephemeral: boolean;
  readonly disableUpdate: boolean;
  readonly os: string;
  readonly architecture: string;
  /** Name of the runner group, with --runnergroup. */
  readonly group?: string;
}

export interface RegisterReply {
  readonly id: number;
  readonly name: string;
  readonly clientId: string;
  /** The runner's own secret: every later request carries it. */
  readonly credential: string;
  readonly groupId: number;
  readonly groupName: string;
}

/** POST /_lab/runner/session */
export interface SessionRequest {
  readonly version: string;
  readonly os: string;
  /** Distinguishes two listeners of the same runner. */
  readonly owner: string;
}

export interface SessionReply {
  readonly sessionId: string;
  readonly heartbeatMilliseconds: number;
}

/** GET /_lab/runner/message: the answer is 204 when nothing came within the time of the poll. */
export type RunnerMessage = JobOffer | ConfigurationMoved | UpdateRequested;

/** A job that the runner may have. */
export interface JobOffer {
  readonly kind: "job";
  readonly jobId: number;
  readonly name: string;
}

/** GitHub moved the runner to another service: the listener writes what holds from now on beside what config.sh wrote. */
export interface ConfigurationMoved {
  readonly kind: "configuration-moved";
}

/** The listener is to replace itself by another release: version, archive and checksum, as at GitHub. */
export interface UpdateRequested {
  readonly kind: "update-requested";
  readonly version: string;
  readonly downloadUrl: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** POST /_lab/runner/job/{id}/acquire: everything that a worker needs. Holds secrets: it is never logged or stored. */
export interface JobMessage {
  readonly jobId: number;
  readonly name: string;
  /** With this the worker reports on the job, and nothing else. */
  readonly jobToken: string;
  readonly timeoutMinutes: number;
  /** github, needs, strategy, matrix, vars, inputs, secrets: what the server knows. */
  readonly contexts: Contexts;
  readonly event: Json;
  /** Values that must not appear in any log. */
  readonly masks: readonly string[];
  /** `env` of the workflow, then of the job. */
  readonly env: readonly (WorkflowTemplate | null)[];
  /** `defaults.run` of the job, then of the workflow. */
  readonly defaults: readonly RunDefaults[];
  readonly steps: readonly WorkflowStep[];
  readonly outputs: WorkflowTemplate | null;
  readonly environmentUrl: WorkflowTemplate | null;
  readonly renewMilliseconds: number;
}

/** POST /_lab/runner/job/{id}/log: a part of the log, already masked; a part that is known is left out. */
export interface LogPart {
  /** Bytes before this part. */
  readonly offset: number;
  readonly text: string;
}

/** PUT /_lab/runner/job/{id}: all that is known so far; sending it twice changes nothing. */
export interface JobReport {
  readonly steps: readonly StepRecord[];
}

export interface JobReportReply {
  readonly cancelRequested: boolean;
}

/** POST /_lab/runner/job/{id}/complete */
export interface JobCompletion {
  readonly conclusion: "success" | "failure" | "cancelled" | "timed_out";
  readonly steps: readonly StepRecord[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly environmentUrl: string;
  readonly annotations: readonly string[];
  /** Markdown that steps wrote to GITHUB_STEP_SUMMARY. */
  readonly summary: string;
}
