import assert from "node:assert/strict";
import { partProblem } from "@ghrunners/cli/promote/part";
import type { Settings } from "@ghrunners/config/parse";

const settings = (prove: boolean, from?: string): Pick<Settings, "promotion"> => ({
  promotion: { prove, from, maxAgeHours: 24 },
});

describe("the part of a stack in a promotion", () => {
  it("is staging's only where its update gives a proof", () => {
    assert.equal(partProblem("staging", settings(true)), undefined);
    assert.match(
      partProblem("staging", settings(false, "canary")) ?? "",
      /proves nothing.* Next: pulumi config set --path 'ghrunners:promotion\.prove' true; or.*: pulumi up$/,
    );
  });

  it("is production's only where it asks another stack's proof", () => {
    assert.equal(partProblem("production", settings(false, "staging")), undefined);
    assert.match(
      partProblem("production", settings(true)) ?? "",
      /asks no proof.* Next: pulumi config set --path 'ghrunners:promotion\.from' staging; or.*: pulumi up$/,
    );
  });
});
