import type { Template } from "./template";

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
export interface Step {
  /** As written, or `__run`, `__run_2` and so on, as GitHub's parser numbers them. */
  readonly id: string;
  readonly name: Template | undefined;
  /** Condition with the status function added, as GitHub's parser completes it. */
  readonly condition: string;
  readonly run: Template;
  readonly env: Template | undefined;
  readonly shell: Template | undefined;
  readonly workingDirectory: Template | undefined;
  readonly continueOnError: Template | undefined;
  readonly timeoutMinutes: Template | undefined;
}

/** `defaults.run` of a workflow or a job. */
export interface RunDefaults {
  readonly shell: Template | undefined;
  readonly workingDirectory: Template | undefined;
}

export interface Job {
  readonly id: string;
  readonly name: Template | undefined;
  readonly needs: readonly string[];
  readonly condition: string;
  readonly concurrency: Template | undefined;
  readonly strategy: Template | undefined;
  readonly permissions: Template | undefined;
  readonly work: OrdinaryWork | CalledWorkflow;
}

export interface OrdinaryWork {
  readonly kind: "steps";
  readonly runsOn: Template;
  readonly environment: Template | undefined;
  readonly env: Template | undefined;
  readonly defaults: RunDefaults;
  readonly outputs: Template | undefined;
  readonly timeoutMinutes: Template | undefined;
  readonly continueOnError: Template | undefined;
  readonly steps: readonly Step[];
}

/** A job that calls a reusable workflow of the same repository. */
export interface CalledWorkflow {
  readonly kind: "call";
  /** File name below .github/workflows. */
  readonly file: string;
  readonly with: Template | undefined;
  readonly secrets: Template | "inherit" | undefined;
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
  readonly callOutputs: Readonly<Record<string, Template>>;
  readonly runName: Template | undefined;
  readonly env: Template | undefined;
  readonly defaults: RunDefaults;
  readonly concurrency: Template | undefined;
  readonly permissions: Template | undefined;
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
