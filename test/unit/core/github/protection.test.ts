import assert from "node:assert/strict";
import {
  type Protection,
  protectionDifferences,
  toBranchPolicies,
  toEnvironment,
} from "@ghrunners/core/github/protection";

const wanted: Protection = {
  reviewers: ["Octocat", "releases"],
  waitMinutes: 5,
  preventSelfReview: true,
  adminsCanBypass: false,
  branches: ["main"],
  tags: ["v*"],
};
const answer = {
  can_admins_bypass: false,
  protection_rules: [
    { type: "wait_timer", wait_timer: 5 },
    {
      type: "required_reviewers",
      prevent_self_review: true,
      reviewers: [{ reviewer: { id: 7, slug: "releases" } }, { reviewer: { id: 1003, login: "octocat" } }],
    },
    { type: "branch_policy" },
  ],
  deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
};
const policies = toBranchPolicies({
  branch_policies: [
    { id: 1, name: "main" },
    { id: 2, name: "v*", type: "tag" },
  ],
});

describe("the protection of a GitHub environment", () => {
  it("is read from GitHub's answer, people and teams alike, with the numbers that repairs need", () => {
    const seen = toEnvironment(answer, policies);
    assert.deepEqual(protectionDifferences(wanted, seen), []);
    assert.deepEqual(seen.reviewerIds, { octocat: 1003, releases: 7 });
    assert.deepEqual(seen.policies, [
      { id: 1, name: "main", type: "branch" },
      { id: 2, name: "v*", type: "tag" },
    ]);
  });

  it("is none where GitHub shows no rule: self-review needs reviewers on both sides to differ", () => {
    const open = toEnvironment({ deployment_branch_policy: null }, policies);
    assert.deepEqual([open.customPolicies, open.branches, open.tags], [false, [], []]);
    const rest = ["adminsCanBypass", "waitMinutes", "branches", "tags"];
    assert.deepEqual(protectionDifferences(wanted, open), ["reviewers", ...rest]);
    assert.deepEqual(protectionDifferences({ ...wanted, reviewers: [] }, open), rest);
    const others = { ...open, reviewers: ["mallory"] };
    assert.deepEqual(protectionDifferences(wanted, others), ["reviewers", "preventSelfReview", ...rest]);
  });

  it("tells logins apart regardless of case, and branches by it", () => {
    assert.deepEqual(protectionDifferences(wanted, { ...wanted, reviewers: ["RELEASES", "octocat"] }), []);
    assert.deepEqual(protectionDifferences(wanted, { ...wanted, branches: ["Main"] }), ["branches"]);
  });
});
