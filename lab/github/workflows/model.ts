import type { WorkflowTemplate } from "./template";

/** Filters of one event under `on`. Undefined lets everything through. */
export interface EventFilter {
  readonly branches?: readonly string[];
  readonly branchesIgnore?: readonly string[];
  readonly tags?: readonly string[];
  readonly tagsIgnore?: readonly string[];
  readonly types?: readonly string[];
}

/** An input of workflow_dispatch or workflow_call. */
export interface InputDefinition {
  readonly name: string;
  readonly type: "string" | "boolean" | "number" | "choice" | "environment";
  readonly required: boolean;
  readonly default: string | boolean | number | undefined;
  readonly options: readonly string[];
}

/** One `run` step. What the runner evaluates stays a template. */
export interface WorkflowStep {
  /** As written, or `__run`, `__run_2` and so on, as GitHub's parser numbers them. */
  readonly id: string;
  readonly name: WorkflowTemplate | undefined;
  /** Condition with the status function added, as GitHub's parser completes it. */
  readonly condition: string;
  readonly run: WorkflowTemplate;
  readonly env: WorkflowTemplate | undefined;
  readonly shell: WorkflowTemplate | undefined;
  readonly workingDirectory: WorkflowTemplate | undefined;
  readonly continueOnError: WorkflowTemplate | undefined;
  readonly timeoutMinutes: WorkflowTemplate | undefined;
}

/** `defaults.run` of a workflow or a job. */
export interface RunDefaults {
  readonly shell: WorkflowTemplate | undefined;
  readonly workingDirectory: WorkflowTemplate | undefined;
}

export interface Job {
  readonly id: string;
  readonly name: WorkflowTemplate | undefined;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly concurrency: WorkflowTemplate | undefined;
  readonly strategy: WorkflowTemplate | undefined;
  readonly permissions: WorkflowTemplate | undefined;
  readonly work: OrdinaryWork | CalledWorkflow;
}

export interface OrdinaryWork {
  readonly kind: "steps";
  readonly runsOn: WorkflowTemplate;
  readonly environment: WorkflowTemplate | undefined;
  readonly env: WorkflowTemplate | undefined;
  readonly defaults: RunDefaults;
  readonly outputs: WorkflowTemplate | undefined;
  readonly timeoutMinutes: WorkflowTemplate | undefined;
  readonly continueOnError: WorkflowTemplate | undefined;
  readonly steps: readonly WorkflowStep[];
}

/** A job that calls a reusable workflow of the same repository. */
export interface CalledWorkflow {
  readonly kind: "call";
  /** File name below .github/workflows. */
  readonly file: string;
  readonly with: WorkflowTemplate | undefined;
  readonly secrets: WorkflowTemplate | "inherit" | undefined;
}

/** A parsed workflow file: plain data, stored with each run as GitHub keeps the file of the run's commit. */
export interface Workflow {
  readonly name: string;
  readonly file: string;
  /** Names of the events under `on`. */
  readonly events: readonly string[];
  /** Filters of `push` and `pull_request`, by event. */
  readonly filters: Readonly<Record<string, EventFilter>>;
  readonly dispatchInputs: readonly InputDefinition[];
  readonly callInputs: readonly InputDefinition[];
  /** Outputs of workflow_call: name to the template of its value. */
  readonly callOutputs: Readonly<Record<string, WorkflowTemplate>>;
  readonly runName: WorkflowTemplate | undefined;
  readonly env: WorkflowTemplate | undefined;
  readonly defaults: RunDefaults;
  readonly concurrency: WorkflowTemplate | undefined;
  readonly permissions: WorkflowTemplate | undefined;
  readonly jobs: readonly Job[];
}

/** The file breaks GitHub's schema or rules; every problem with its line. */
export class WorkflowSyntaxError extends Error {
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`Invalid workflow file: ${file}\n${problems.join("\n")}`);
  }
}

/** The file is valid for GitHub but uses what the lab does not model; each by name. */
export class NotModelledError extends Error {
  constructor(
    readonly file: string,
    readonly features: readonly string[],
  ) {
    super(`${file} uses what is not modelled in the lab: ${features.join("; ")}`);
  }
}
