import assert from "node:assert/strict";
import { approvalProblem } from "@ghrunners/cli/promote/approval";

describe("approval of a promotion", () => {
  const people = { reviewers: ["Release-Reviewer"], operator: "platform-operator", preventSelfReview: true };
  it("counts from a reviewer", () => assert.equal(approvalProblem("release-reviewer", people), undefined));
  it("does not count without an approver", () =>
    assert.match(approvalProblem(undefined, people) ?? "", /no one approved/));
  it("is not asked for where the environment has no reviewers, not even of the operator", () => {
    const nobody = { ...people, reviewers: [] };
    assert.equal(approvalProblem(undefined, nobody), undefined);
    assert.equal(approvalProblem("platform-operator", nobody), undefined);
  });
  it("does not count from a person who is not a reviewer", () =>
    assert.match(approvalProblem("mallory", people) ?? "", /not a reviewer/));
  it("does not count from the person who runs the promotion", () => {
    const self = { ...people, reviewers: ["platform-operator"] };
    assert.match(approvalProblem("Platform-Operator", self) ?? "", /may not approve/);
    assert.equal(approvalProblem("platform-operator", { ...self, preventSelfReview: false }), undefined);
  });
});
