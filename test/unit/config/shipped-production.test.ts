import assert from "node:assert/strict";
import type { DeploymentInputs } from "@ghrunners/components/preflight/args";
import { judgeDeployment } from "@ghrunners/components/preflight/judge-deployment";
import type { RepositoryKind } from "@ghrunners/core/github/repository-kind";
import { stackGraph } from "../snapshots/support/stacks";

describe("Pulumi.production.yaml as shipped", () => {
  let deployment: DeploymentInputs;
  before(async () => {
    const { input } = await stackGraph("production");
    deployment = JSON.parse(input("preflight", "deployment")) as DeploymentInputs;
  });

  const on = (changes: Partial<RepositoryKind>): string[] =>
    judgeDeployment(deployment, {
      kind: { value: { private: true, owner: "person", plan: "pro", onGitHubCom: true, ...changes } },
      writers: ["rmnanney"],
      reviewers: [],
      permissions: [],
    }).map(({ setting }) => setting);

  it("fits a person's private repository, and does not lock its one maintainer out", () => {
    assert.deepEqual(on({}), []);
    assert.deepEqual(on({ plan: undefined }), []);
  });

  for (const plan of ["team", "enterprise"]) {
    it(`fits an organization's private repository on ${plan}`, () =>
      assert.deepEqual(on({ owner: "organization", plan }), []));
  }

  it("is refused on Free with what that plan lacks", () =>
    assert.deepEqual(on({ plan: "free" }), ["deployment", "repository.manage"]));
});
