import type { GitHubState } from "../model";
import type { Emit } from "../store";
import type { WorkflowRepository } from "./contexts";
import type { Evaluator } from "./expressions";
import type { EngineRunner } from "./matching";
import type { JobRecord, RunRecord } from "./records";

/** How long the engine waits before it gives up; GitHub's values are longer. */
export interface EngineLimits {
  /** Silence of a runner about its job, after which the job fails. GitHub: about 10 minutes. */
  readonly lostRunnerMilliseconds: number;
  /** Time between a cancellation and the end of the job, whatever the runner does. GitHub: 5 minutes. */
  readonly cancelMilliseconds: number;
  /** Time in which a runner must take the job it was given. */
  readonly acquireMilliseconds: number;
  /** Time a job may wait for a runner. GitHub: 24 hours. */
  readonly queueMilliseconds: number;
}

export const labLimits: EngineLimits = {
  lostRunnerMilliseconds: 60_000,
  cancelMilliseconds: 60_000,
  acquireMilliseconds: 15_000,
  queueMilliseconds: 24 * 3_600_000,
};

/** What the engine needs from its surroundings to advance the state. */
export interface EngineContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: () => number;
  readonly emit: Emit;
  readonly evaluator: Evaluator;
  readonly repository: WorkflowRepository;
  readonly runners: readonly EngineRunner[];
  readonly limits: EngineLimits;
  /** Whether a run keeps the repository's variables of the time when it was made. */
  readonly keepsVariables: boolean;
  /** When the runner last spoke about the job, in milliseconds since the epoch. */
  readonly lastHeardOfJob: (job: JobRecord) => number;
}

const variablesIn = (state: GitHubState, scope: string | null): Record<string, string> =>
  Object.fromEntries(state.variables.filter((known) => known.scope === scope).map(({ name, value }) => [name, value]));

/** The repository's variables as `vars` shows them to a run. */
export function variablesOf(state: GitHubState, run: RunRecord | undefined): Readonly<Record<string, string>> {
  return run?.variables ?? variablesIn(state, null);
}

/** Variables as `vars` shows them to a job: the environment's win over the repository's. */
export function variablesFor(state: GitHubState, run: RunRecord, environment: string | null): Record<string, string> {
  return { ...variablesOf(state, run), ...(environment === null ? {} : variablesIn(state, environment)) };
}
