import type { types } from "@pulumi/github";

/** Name of the ruleset at GitHub; by it a ruleset that an interrupted run left is known. */
export const RULESET_NAME = "ghrunners: default branch";

/** Whom the ruleset is for: everybody who pushes to the default branch, without anyone who may bypass it. */
export const rulesetFrame = {
  name: RULESET_NAME,
  target: "branch",
  enforcement: "active",
  conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
};

/** Nobody pushes past a review: pull request, checks, no force push, no deletion. Pure. */
export function renderRules({
  requiredApprovals,
  codeOwners,
  requiredChecks,
}: {
  readonly requiredApprovals: number;
  readonly codeOwners: boolean;
  readonly requiredChecks: readonly string[];
}): types.input.RepositoryRulesetRules {
  return {
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
  };
}
