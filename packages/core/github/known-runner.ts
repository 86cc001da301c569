/** Runners that are registered beside those of a stack. Pure. */
import { DELIVERY_ROLE } from "../vocabulary/runner";
import { carries, type GitHubRunner } from "./runner";

/**
 * Whether a name is one of these, or matches one that ends in `*`.
 * @example isKnownAs(["staging-*"], "staging-runner-1") // true
 */
export const isKnownAs = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern));

/** The label by which a runner takes this environment's jobs or its deliveries; undefined if it takes neither. */
export const labelOfStack = (labels: readonly string[], environment: string): string | undefined =>
  [environment, DELIVERY_ROLE].find((label) => carries(labels, [label]));

/**
 * Runners that take this environment's jobs or deliveries, and that no configuration names. Those of other stacks have
 * another environment as their label.
 * @param known names, or beginnings of names with `*`
 * @param deliveries whether those that take deliveries alone count
 */
export const strangers = <Runner extends Pick<GitHubRunner, "name" | "labels">>(
  runners: readonly Runner[],
  environment: string,
  known: readonly string[],
  deliveries = true,
): Runner[] =>
  runners.filter(({ name, labels }) => {
    const label = labelOfStack(labels, environment);
    return label !== undefined && (deliveries || label === environment) && !isKnownAs(known, name);
  });
