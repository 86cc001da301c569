/** Runs every guard, for the program: returns refusals and remarks. Pure. */
import { ADVISORY_ENVIRONMENT, guardOverrides, type OverrideSetting } from "@ghrunners/core/vocabulary/safety";
import type { Facts } from "./facts";
import { nextStep } from "./guard";
import { guards } from "./guards";

/** The group `safety` of the configuration, the part that guards use. */
export type Overrides = Readonly<Partial<Record<OverrideSetting, string | undefined>>>;

export interface GuardJudgement {
  /** Refusals: each names its guard, what was seen, what was expected and the command that allows it. */
  readonly refusals: readonly string[];
  /** Remarks: violations that an override allows, or in staging. */
  readonly warnings: readonly string[];
}

export function judge(facts: Facts, overrides: Overrides): GuardJudgement {
  const refusals: string[] = [];
  const warnings: string[] = [];
  for (const guard of guards) {
    const { setting, words } = guardOverrides[guard.name];
    const allowed = overrides[setting] === words;
    for (const violation of guard.judge(facts)) {
      if (allowed) warnings.push(`${guard.name}: ${violation} Allowed by ghrunners:safety.${setting}.`);
      else if (facts.environment === ADVISORY_ENVIRONMENT)
        warnings.push(`${guard.name}: ${violation} Only a warning in ${ADVISORY_ENVIRONMENT}.`);
      else refusals.push(`${guard.name}: ${violation} ${nextStep(guard.name)}`);
    }
  }
  return { refusals, warnings };
}
