import assert from "node:assert/strict";
import { DeploymentEnvironment, type DeploymentEnvironmentArgs } from "@ghrunners/components";
import { finder, graphOf, isSecretValue, plain, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { access, gitHubProvider, planted } from "./support/arguments";

const args = (): DeploymentEnvironmentArgs => ({ github: access(), environment: "demo", branches: ["main"] });
const made = (change: Partial<DeploymentEnvironmentArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(() => void new DeploymentEnvironment("deploy", { ...args(), ...change }, { provider: gitHubProvider() }));

describe("DeploymentEnvironment", () => {
  it("is the environment with each branch, tag, variable and secret as a child", async () => {
    const graph = await made({
      tags: ["v*"],
      reviewers: ["octocat"],
      variables: { REGION: "north" },
      secrets: { DEPLOY_KEY: planted.secret },
    });
    assert.deepEqual(
      graph
        .filter(({ parent }) => parent === "deploy")
        .map(({ name }) => name)
        .sort(),
      [
        "deploy-branch-main",
        "deploy-environment",
        "deploy-reviewers",
        "deploy-secret-DEPLOY_KEY",
        "deploy-tag-v*",
        "deploy-variable-REGION",
      ],
    );
    for (const { name, type, provider } of graph.filter(({ type: token }) => token.startsWith("github:"))) {
      assert.equal(provider, "gh", `${type} ${name}`);
    }
  });

  it("names the repository without its owner, and keeps every ref out that no pattern lets in", async () => {
    const { inputs } = finder(await made())("deploy-environment");
    assert.equal(inputs.repository, "demo-app");
    assert.deepEqual(inputs.deploymentBranchPolicy, { protectedBranches: false, customBranchPolicies: true });
    // There is nothing to bypass, and a private repository without Enterprise forgets it.
    assert.deepEqual([inputs.canAdminsBypass, inputs.waitTimer], [undefined, 0]);
    const { inputs: waiting } = finder(await made({ waitMinutes: 5 }))("deploy-environment");
    assert.deepEqual([waiting.canAdminsBypass, waiting.waitTimer], [false, 5]);
  });

  it("asks GitHub for the reviewers' numbers once, and has no review rule without reviewers", async () => {
    const with_ = finder(await made({ reviewers: ["octocat"] }));
    assert.deepEqual(with_("deploy-reviewers").inputs.logins, ["octocat"]);
    assert.equal(with_("deploy-environment").inputs.preventSelfReview, true);
    const without = finder(await made())("deploy-environment").inputs;
    assert.deepEqual([without.reviewers, without.preventSelfReview], [undefined, undefined]);
  });

  it("clears what an interrupted run left before it creates, by a hook of its own name", async () => {
    const find = finder(await made({ variables: { REGION: "north" } }));
    for (const name of ["deploy-branch-main", "deploy-variable-REGION"]) {
      assert.deepEqual(find(name).hooks, ["deploy-clear-leftovers"]);
    }
  });

  it("marks the value of an environment secret, and shows neither it nor the token", async () => {
    const graph = await made({ secrets: { DEPLOY_KEY: planted.secret } });
    const { value } = finder(graph)("deploy-secret-DEPLOY_KEY").inputs;
    assert.ok(isSecretValue(value));
    assert.equal(plain(value), planted.secret);
    for (const text of [planted.secret, planted.githubToken]) assert.deepEqual(showing(graph, text), []);
  });

  it("refuses an environment that every ref may deploy to, bad names, and seven reviewers, at once", async () => {
    const wrong = {
      branches: [],
      variables: { region: "north" },
      secrets: { GITHUB_X: "value" },
      reviewers: Array.from({ length: 7 }, (_, index) => `login-${index}`),
      github: { ...access(), repository: "demo-app" },
    };
    await assert.rejects(made(wrong), (error: Error) => {
      for (const line of [
        'github.repository: seen "demo-app", expected owner/name, without .git',
        'variables["region"]: seen "region", expected upper-case letters',
        'secrets["GITHUB_X"]: seen another form, expected upper-case letters',
        "branches: seen neither branches nor tags, expected at least one of them, else every ref",
        "reviewers: seen 7 logins, expected at most 6, GitHub's limit",
      ]) {
        assert.ok(error.message.includes(`  ${line}`), `${line}\n${error.message}`);
      }
      return true;
    });
  });
});
