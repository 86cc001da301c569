/**
 * Whether deployments as a whole are paused, until when and why: content of the repository variable DEPLOY_PAUSED.
 * Pure.
 */
import * as z from "zod";
import { lastOf, oneLine, timedEntries, timedFields } from "./timed-entries";

/** Repository variable that `ghrunners pause` writes; the gate, deploy.yml and the commands read it. */
export const PAUSE_VARIABLE = "DEPLOY_PAUSED";

const entry = z.object({
  /** The setting `environment` of the stack, which is the label of its runners. */
  environment: oneLine,
  until: timedFields.until,
  /** Why. */
  note: oneLine,
  by: timedFields.by,
});

/** The pause of one environment. */
export type Pause = z.output<typeof entry>;

/** The pauses of all stacks of a repository, as their variable keeps them. */
export const pauses = timedEntries(
  { variable: PAUSE_VARIABLE, schema: "ghrunners.pauses/1", key: "pauses", repair: "ghrunners resume" },
  entry,
);

/** The pause of an environment that ends last; undefined if it is not paused. */
export const pauseOf = (all: readonly Pause[], environment: string): Pause | undefined =>
  lastOf(all, (each) => each.environment, environment);

/** @param problem why the variable cannot be read */
export const unknownPause = (problem: string): string =>
  `It is unknown whether deployments are paused: ${problem.replace(/\.$/, "")}. Next: ${pauses.repair}`;

/**
 * Why no deployment of an environment may start; undefined if none is paused. A text that cannot be read counts as
 * paused. @param text value of the variable; undefined: it does not exist
 */
export function pauseProblem(text: string | undefined, environment: string, now: Date): string | undefined {
  const seen = pauses.parse(text, now);
  if (!seen.known) return unknownPause(seen.problem);
  const pause = pauseOf(seen.entries, environment);
  return pause && pauseWords(pause);
}

/** The pause in words, with the command that ends it. */
export const pauseWords = ({ environment, until, note, by }: Pause): string =>
  `Deployments to ${environment} are paused until ${until}: ${note} (by ${by}). Next: wait, or ghrunners resume`;
