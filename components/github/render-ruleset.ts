import type * as github from "@pulumi/github";
import type { RepositoryRulesArgs } from "./rules-args";

/** Name of the ruleset at GitHub; by it a ruleset that an interrupted run left is known. */
export const RULESET_NAME = "ghrunners: default branch";

/** Nobody pushes past a review: pull request, checks, no force push, no deletion, and no one who may bypass it. Pure. */
export function renderRuleset({
  requiredApprovals,
  codeOwners,
  requiredChecks,
}: Pick<RepositoryRulesArgs, "requiredApprovals" | "codeOwners" | "requiredChecks">): Omit<
  github.RepositoryRulesetArgs,
  "repository"
> {
  return {
    name: RULESET_NAME,
    target: "branch",
    enforcement: "active",
    conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
    rules: {
      deletion: true,
      nonFastForward: true,
      pullRequest: {
        requiredApprovingReviewCount: requiredApprovals,
        requireCodeOwnerReview: codeOwners,
        // An approval is one of what is merged, by somebody else than who pushed last.
        dismissStaleReviewsOnPush: true,
        requireLastPushApproval: requiredApprovals > 0,
        requiredReviewThreadResolution: true,
      },
      ...(requiredChecks.length === 0
        ? {}
        : {
            requiredStatusChecks: {
              strictRequiredStatusChecksPolicy: true,
              requiredChecks: requiredChecks.map((context) => ({ context })),
            },
          }),
    },
  };
}
