import type { types } from "@pulumi/github";

/** Name of the ruleset at GitHub; it identifies a ruleset that an interrupted run left behind. */
export const RULESET_NAME = "ghrunners: default branch";

/** The ruleset applies to every push to the default branch, and no one may bypass it. */
export const rulesetFrame = {
  name: RULESET_NAME,
  target: "branch",
  enforcement: "active",
  conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
};

/** Every change is reviewed: pull request, checks, no force push, no deletion. Pure. */
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
      // An approval must be of the commits that are merged, and not by the person who pushed last.
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
