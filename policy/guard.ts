/** A guard: a name, a description, and a judgement of facts. Pure. */
import { guardOverrides, type GuardName } from "@ghrunners/core/vocabulary/safety";
import type { Facts } from "./facts";

/**
 * One rule. Whether it refuses or warns is decided in judge.ts; its override is in packages/core/vocabulary/safety.ts.
 */
export interface Guard {
  readonly name: GuardName;
  /** What must hold, and why, in a sentence or two. */
  readonly description: string;
  /** @returns every violation: what was seen, what was expected. Empty if the facts are fine or missing. */
  readonly judge: (facts: Facts) => readonly string[];
}

/** Whether the environment is one that users depend on. */
export const isProduction = (environment: string): boolean => environment === "production";

/** The next command after a refusal. */
export function nextStep(name: GuardName): string {
  const { setting, words } = guardOverrides[name];
  return `Next: fix it, or allow it in words: pulumi config set --path 'ghrunners:safety.${setting}' '${words}'`;
}
