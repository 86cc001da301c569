import assert from "node:assert/strict";
import fc from "fast-check";
import { approvalProblem } from "@ghrunners/cli/promote/approval";
import { FRESH_HOURS, objections, type ProofDemand, type StagingProof } from "@ghrunners/cli/promote/proof";

const now = new Date("2026-03-01T12:00:00Z");
const proof: StagingProof = {
  version: 1,
  at: "2026-03-01T10:00:00Z",
  stack: "staging",
  repository: "octo-org/demo-app",
  commit: "c1",
  healthy: true,
  smoke: { runner: "staging-runner", conclusion: "success", url: "https://github.example/1" },
};
const demand: ProofDemand = { repository: "octo-org/demo-app", commit: "c1", now, smoke: true };

describe("proof from staging", () => {
  it("opens the way when it is fresh and for this commit", () => assert.deepEqual(objections(proof, demand), []));

  const refused: [string, StagingProof | undefined, RegExp][] = [
    ["no proof", undefined, /no staging proof/],
    ["an old one", { ...proof, at: "2026-02-28T11:00:00Z" }, /25\.0 h old/],
    ["one from the future", { ...proof, at: "2026-03-01T12:10:00Z" }, /old, expected/],
    ["one without a time", { ...proof, at: "yesterday" }, /no readable time/],
    ["another commit's", { ...proof, commit: "c0" }, /for c0, and this is c1/],
    ["another repository's", { ...proof, repository: "octo-org/other" }, /other/],
    ["an unhealthy one", { ...proof, healthy: false }, /not healthy/],
    ["one without a job", { ...proof, smoke: null }, /none ran/],
    ["one whose job failed", { ...proof, smoke: { ...proof.smoke!, conclusion: "failure" } }, /failure/],
    ["one of another format", { ...proof, version: 2 as 1 }, /version 2/],
  ];
  for (const [what, given, words] of refused) {
    it(`refuses ${what}`, () => assert.match(objections(given, demand).join("; "), words));
  }

  it("is fresh exactly until its age is over", () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_000, max: 3_000 }), (minutes) => {
        const at = new Date(now.getTime() - minutes * 60_000).toISOString();
        const fresh = minutes >= 0 && minutes <= FRESH_HOURS * 60;
        assert.equal(objections({ ...proof, at }, demand).length === 0, fresh);
      }),
    );
  });
});

describe("approval of a promotion", () => {
  const people = { reviewers: ["Release-Reviewer"], operator: "platform-operator", preventSelfReview: true };
  it("counts from a reviewer", () => assert.equal(approvalProblem("release-reviewer", people), undefined));
  it("does not count from nobody", () => assert.match(approvalProblem(undefined, people) ?? "", /nobody approved/));
  it("does not count from somebody else", () => assert.match(approvalProblem("mallory", people) ?? "", /no reviewer/));
  it("does not count from who runs it", () => {
    const self = { ...people, reviewers: ["platform-operator"] };
    assert.match(approvalProblem("Platform-Operator", self) ?? "", /may not approve/);
    assert.equal(approvalProblem("platform-operator", { ...self, preventSelfReview: false }), undefined);
  });
});
