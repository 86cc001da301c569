import assert from "node:assert/strict";
import { environmentProblems } from "@ghrunners/components/preflight/judge-environment";
import { inputs } from "./observations";

describe("the preflight of a stack that is production", () => {
  const production = { ...inputs, environment: "production" };
  const staging = { ...inputs, environment: "staging" };

  it("refuses another environment: says what would lose its protection, and how to allow it in words", () => {
    const environment = { name: "live", reviewers: [], waitMinutes: 0, preventSelfReview: false };
    const managed = { ...production, deployment: { ...production.deployment, environment } };
    assert.deepEqual(environmentProblems(managed, staging), [
      {
        setting: "environment",
        reason:
          "seen staging, and this stack is production: the same run would take the protection against deletion from " +
          "one, two, and GitHub's environment live could go with its rules and secrets. Expected production. " +
          "Next: pulumi config set --path 'ghrunners:environment' production, or if this is meant, in words: " +
          "pulumi config set --path 'ghrunners:safety.allowLeavingProduction' 'this stack is production no longer'",
      },
    ]);
  });

  it("says nothing of GitHub's environment where the program manages none", () => {
    const [problem] = environmentProblems(production, staging);
    assert.match(problem?.reason ?? "", /from one, two\. Expected production\. /);
  });

  it("is allowed in words", () => {
    assert.deepEqual(environmentProblems(production, { ...staging, leavingProductionAllowed: true }), []);
  });

  it("asks nothing of a stack that stays production, becomes it, never was it, or is new", () => {
    assert.deepEqual(environmentProblems(production, production), []);
    assert.deepEqual(environmentProblems(staging, production), []);
    assert.deepEqual(environmentProblems(staging, inputs), []);
    assert.deepEqual(environmentProblems({}, staging), []);
  });
});
