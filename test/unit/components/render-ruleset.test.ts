import assert from "node:assert/strict";
import { renderRules, rulesetFrame, RULESET_NAME } from "@ghrunners/components/github/render-ruleset";

describe("the ruleset of the default branch", () => {
  const usual = { requiredApprovals: 1, codeOwners: true, requiredChecks: ["test", "lint"] };

  it("is for the default branch, is active, and no user may bypass it", () => {
    assert.deepEqual(rulesetFrame, {
      name: RULESET_NAME,
      target: "branch",
      enforcement: "active",
      conditions: { refName: { includes: ["~DEFAULT_BRANCH"], excludes: [] } },
    });
  });

  it("requires a review before a merge, by a person other than the one who pushed", () => {
    assert.deepEqual(renderRules(usual), {
      deletion: true,
      nonFastForward: true,
      pullRequest: {
        requiredApprovingReviewCount: 1,
        requireCodeOwnerReview: true,
        dismissStaleReviewsOnPush: true,
        requireLastPushApproval: true,
        requiredReviewThreadResolution: true,
      },
      requiredStatusChecks: {
        strictRequiredStatusChecksPolicy: true,
        requiredChecks: [{ context: "test" }, { context: "lint" }],
      },
    });
  });

  it("has no rule for checks without checks, and no approval of the last push without required approvals", () => {
    const rules = renderRules({ requiredApprovals: 0, codeOwners: false, requiredChecks: [] });
    const { requiredStatusChecks, pullRequest } = rules as unknown as {
      requiredStatusChecks?: unknown;
      pullRequest: { requireLastPushApproval: boolean; requireCodeOwnerReview: boolean };
    };
    assert.equal(requiredStatusChecks, undefined);
    assert.deepEqual([pullRequest.requireLastPushApproval, pullRequest.requireCodeOwnerReview], [false, false]);
  });
});
