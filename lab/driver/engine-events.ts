import { existsSync, readFileSync } from "node:fs";

/** One resource operation of a Pulumi run, in the order in which it began. */
export interface EngineStep {
  /** `create`, `update`, `delete`, `replace`, `refresh`, `same`, ... */
  readonly op: string;
  readonly type: string;
  readonly name: string;
  readonly urn: string;
}

interface EngineEvent {
  readonly resourcePreEvent?: {
    readonly metadata: { readonly op: string; readonly urn: string; readonly type: string };
  };
  readonly summaryEvent?: { readonly resourceChanges: Record<string, number> };
}

/** What a run did, from the engine's event log (`--event-log`). */
export interface RunEvents {
  readonly steps: readonly EngineStep[];
  /** Operations by kind, as the engine sums them up. */
  readonly changes: Readonly<Record<string, number>>;
}

/** A run that failed before the engine started has no log and did nothing. */
export function readEngineEvents(file: string): RunEvents {
  if (!existsSync(file)) return { steps: [], changes: {} };
  const events = readFileSync(file, "utf8")
    .split("\n")
    // The text after the last newline is empty, or was not written to its end when the engine was killed.
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EngineEvent);
  return {
    steps: events.flatMap(({ resourcePreEvent }) =>
      resourcePreEvent === undefined
        ? []
        : [{ ...resourcePreEvent.metadata, name: resourcePreEvent.metadata.urn.split("::").at(-1) ?? "" }],
    ),
    changes: events.findLast((event) => event.summaryEvent !== undefined)?.summaryEvent?.resourceChanges ?? {},
  };
}

/** What a run begins before the preflight: nothing outside of Pulumi's own state. */
const harmless = /^(pulumi:pulumi:Stack|pulumi:providers:[a-z-]+)$/;

/** Steps that concern anything outside of Pulumi's own state; empty where the program refused. */
export const begunSteps = ({ steps }: Pick<RunEvents, "steps">): readonly EngineStep[] =>
  steps.filter(({ type }) => !harmless.test(type));
