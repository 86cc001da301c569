import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { RepositoryRules, type RepositoryRulesArgs } from "@ghrunners/components";
import { finder, graphOf, isSecretValue, type RegisteredResource, showing } from "../../support/pulumi-mocks";
import { access, gitHubProvider, planted } from "./support/arguments";

const made = (change: Partial<RepositoryRulesArgs> = {}): Promise<RegisteredResource[]> =>
  graphOf(() => void new RepositoryRules("rules", { github: access(), ...change }, { provider: gitHubProvider() }));

describe("RepositoryRules", () => {
  it("holds the default branch, Actions, their token, forks and the OIDC subject, all of them its children", async () => {
    const graph = await made();
    assert.deepEqual(
      graph
        .filter(({ parent }) => parent === "rules")
        .map(({ name }) => name)
        .sort(),
      ["rules-actions", "rules-default-branch", "rules-forks", "rules-oidc", "rules-token"],
    );
    for (const { name, provider } of graph.filter(({ type }) => type.startsWith("github:"))) {
      assert.equal(provider, "gh", name);
    }
  });

  it("is strict where nothing is said: one approval, code owners, pinned actions, a token that reads", async () => {
    const find = finder(await made());
    const { rules } = find("rules-default-branch").inputs as { rules: { pullRequest: Record<string, unknown> } };
    assert.equal(rules.pullRequest.requiredApprovingReviewCount, 1);
    assert.equal(rules.pullRequest.requireCodeOwnerReview, true);
    assert.equal(find("rules-actions").inputs.shaPinningRequired, true);
    assert.equal(find("rules-token").inputs.defaultWorkflowPermissions, "read");
    assert.equal(find("rules-forks").inputs.policy, "all_external_contributors");
    assert.equal(find("rules-oidc").inputs.useDefault, true);
  });

  it("allows the owner's actions and those that are named", async () => {
    const find = finder(await made({ allowedActions: [pulumi.output("pulumi/actions@*")], oidcClaims: ["repo"] }));
    const { patternsAlloweds } = find("rules-actions").inputs.allowedActionsConfig as Record<string, unknown>;
    assert.deepEqual(patternsAlloweds, ["octo-org/*", "pulumi/actions@*"]);
    assert.deepEqual(find("rules-oidc").inputs.includeClaimKeys, ["repo"]);
  });

  it("marks the value of a repository secret, and shows neither it nor the token", async () => {
    const graph = await made({ secrets: { REPORT_TOKEN: planted.secret } });
    assert.ok(isSecretValue(finder(graph)("rules-secret-REPORT_TOKEN").inputs.value));
    for (const text of [planted.secret, planted.githubToken]) assert.deepEqual(showing(graph, text), []);
  });

  it("refuses eleven approvals and a variable of GitHub's own prefix, at once", async () => {
    await assert.rejects(made({ requiredApprovals: 11, variables: { GITHUB_REGION: "north" } }), (error: Error) => {
      assert.match(error.message, /^2 arguments of RepositoryRules "rules" cannot be taken/);
      assert.match(error.message, /requiredApprovals: seen 11, expected a whole number, 0 to 10/);
      assert.match(error.message, /variables\["GITHUB_REGION"\]: seen "GITHUB_REGION"/);
      return true;
    });
  });
});
