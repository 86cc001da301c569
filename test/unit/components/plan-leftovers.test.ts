import assert from "node:assert/strict";
import { leftoverOf } from "@ghrunners/core/github/plan-leftovers";

const type = (noun: string): string => `github:index/${noun[0]?.toLowerCase()}${noun.slice(1)}:${noun}`;

describe("what a create at GitHub may find there already", () => {
  it("finds a leftover variable by its name and environment", () => {
    const inputs = { repository: "demo-app", variableName: "URL", value: "x" };
    assert.deepEqual(leftoverOf(type("ActionsVariable"), inputs), {
      kind: "variable",
      environment: undefined,
      name: "URL",
    });
    assert.deepEqual(leftoverOf(type("ActionsEnvironmentVariable"), { ...inputs, environment: "production" }), {
      kind: "variable",
      environment: "production",
      name: "URL",
    });
  });

  it("finds a leftover policy by its pattern and kind", () => {
    const noun = type("RepositoryEnvironmentDeploymentPolicy");
    const policy = { kind: "branch-policy", environment: "production" };
    assert.deepEqual(leftoverOf(noun, { environment: "production", branchPattern: "main" }), {
      ...policy,
      name: "main",
      type: "branch",
    });
    assert.deepEqual(leftoverOf(noun, { environment: "production", tagPattern: "v*" }), {
      ...policy,
      name: "v*",
      type: "tag",
    });
  });

  it("finds a leftover ruleset by its name", () => {
    assert.deepEqual(leftoverOf(type("RepositoryRuleset"), { name: "rules" }), { kind: "ruleset", name: "rules" });
  });

  it("finds nothing for what is written by PUT, and nothing without a name", () => {
    for (const noun of ["RepositoryEnvironment", "ActionsEnvironmentSecret", "WorkflowRepositoryPermissions"]) {
      assert.equal(leftoverOf(type(noun), { name: "a", environment: "b", secretName: "c" }), undefined);
    }
    assert.equal(leftoverOf(type("ActionsVariable"), {}), undefined);
    assert.equal(leftoverOf(type("RepositoryEnvironmentDeploymentPolicy"), { branchPattern: "main" }), undefined);
  });
});
