/** Judges a stack that stops being production. Pure. */
import { LEAVE_PRODUCTION_WORDS } from "@ghrunners/core/vocabulary/safety";
import { isProduction } from "@ghrunners/policy/guard";
import type { PreflightInputs } from "./args";
import type { PreflightProblem } from "./observation";

/**
 * The protection of machines and of GitHub's environment follows from the environment's name, so one changed word
 * would take it away in the same run in which it is needed. The guards cannot see that: they know no earlier state.
 * @param olds inputs of the last run; empty when the stack is made
 */
export function environmentProblems(
  olds: Partial<Pick<PreflightInputs, "environment" | "runners" | "deployment">>,
  news: Pick<PreflightInputs, "environment" | "leavingProductionAllowed">,
): PreflightProblem[] {
  const before = olds.environment;
  if (before === undefined || !isProduction(before) || isProduction(news.environment)) return [];
  if (news.leavingProductionAllowed) return [];
  const machines = (olds.runners ?? []).map(({ name }) => name).join(", ");
  const atGitHub = olds.deployment?.environment;
  const rules =
    atGitHub === undefined ? "" : `, and GitHub's environment ${atGitHub.name} could go with its rules and secrets`;
  return [
    {
      setting: "environment",
      reason:
        `seen ${news.environment}, and this stack is ${before}: the same run would take the protection against ` +
        `deletion from ${machines}${rules}. Expected ${before}. ` +
        `Next: pulumi config set --path 'ghrunners:environment' ${before}, or if this is meant, in words: ` +
        `pulumi config set --path 'ghrunners:safety.allowLeavingProduction' '${LEAVE_PRODUCTION_WORDS}'`,
    },
  ];
}
