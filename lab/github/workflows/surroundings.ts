import type { State } from "../model";
import type { Emit } from "../store";
import type { RepositoryFacts } from "./contexts";
import type { Evaluator } from "./expressions";

/** What the engine asks of the world while it advances the state. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: () => number;
  readonly emit: Emit;
  readonly evaluator: Evaluator;
  readonly repository: RepositoryFacts;
}

/** Variables as `vars` shows them: the environment's win over the repository's. */
export function variablesFor(state: State, environment: string | null): Record<string, string> {
  const of = (scope: string | null) =>
    state.variables.filter((variable) => variable.scope === scope).map(({ name, value }) => [name, value] as const);
  return Object.fromEntries([...of(null), ...(environment === null ? [] : of(environment))]);
}
