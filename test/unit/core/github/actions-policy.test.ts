import assert from "node:assert/strict";
import { organizationPolicy, repositoryActions } from "@ghrunners/core/github/actions-policy";
import { GitHubClient } from "@ghrunners/core/github/client";
import { ofOrganization, onEnterprise, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";

const org = `/orgs/${owner}/actions/permissions`;
const own = `/repos/${owner}/${repo}/actions/permissions`;
const HERE = 4711;

describe("the policy for Actions", () => {
  let emulator: TestEmulator;
  beforeEach(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...ofOrganization("enterprise")(seed),
      tokens: [
        ...seed.tokens,
        { sha256: sha256("repository-token"), login: "operator", permissions: { administration: "write" } },
      ],
    }));
  });
  afterEach(() => emulator.stop());

  const client = (token = "operator-token"): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, token, {
      fetch: emulator.fetch as typeof fetch,
      retries: false,
    });
  const put = async (path: string, body: object): Promise<number> =>
    (await emulator.rest("PUT", path, { body })).status;

  it("allows everything at first", async () => {
    assert.deepEqual(await repositoryActions(client()), { enabled: true, allowed: "all" });
    assert.deepEqual(await organizationPolicy(client()), { actions: "all", allowed: "all", ownRunners: true });
  });

  it("turns Actions off for repositories that are not selected, which cannot turn it on", async () => {
    await put(org, { enabled_repositories: "selected" });
    assert.deepEqual(await repositoryActions(client()), { enabled: false, allowed: undefined });
    assert.equal((await organizationPolicy(client()))?.actions, "selected");
    assert.equal(await put(own, { enabled: true, allowed_actions: "all" }), 409);
    assert.equal(await put(`${org}/repositories`, { selected_repository_ids: [HERE] }), 204);
    assert.equal((await repositoryActions(client())).enabled, true);
    assert.equal(await put(own, { enabled: true, allowed_actions: "all" }), 204);
    await put(org, { enabled_repositories: "none" });
    assert.deepEqual(await organizationPolicy(client()), { actions: "none", allowed: undefined, ownRunners: true });
  });

  it("takes the choice of actions from the repository, with 409", async () => {
    await put(org, { enabled_repositories: "all", allowed_actions: "selected" });
    await put(`${org}/selected-actions`, { github_owned_allowed: true, patterns_allowed: ["octo/*"] });
    assert.equal((await organizationPolicy(client()))?.allowed, "selected");
    assert.deepEqual(await repositoryActions(client()), { enabled: true, allowed: "selected" });
    assert.equal(await put(own, { enabled: true, allowed_actions: "all" }), 409);
    assert.equal(await put(own, { enabled: true, allowed_actions: "selected" }), 204);
    assert.equal(await put(`${own}/selected-actions`, { patterns_allowed: ["me/*"] }), 409);
    const listed = await (await emulator.rest("GET", `${own}/selected-actions`)).json();
    assert.deepEqual(listed, { github_owned_allowed: true, verified_allowed: false, patterns_allowed: ["octo/*"] });
    await put(org, { enabled_repositories: "all", allowed_actions: "all" });
    assert.equal(await put(own, { enabled: true, allowed_actions: "all" }), 204);
  });

  it("forbids runners of a repository, or of all that are not selected", async () => {
    const allowed = async () => (await organizationPolicy(client()))?.ownRunners;
    await put(`${org}/self-hosted-runners`, { enabled_repositories: "none" });
    assert.equal(await allowed(), false);
    await assert.rejects(client().registrationToken(), /Repository level self-hosted runners are disabled/);
    await put(`${org}/self-hosted-runners`, { enabled_repositories: "selected" });
    assert.equal(await allowed(), false);
    await put(`${org}/self-hosted-runners/repositories`, { selected_repository_ids: [HERE] });
    assert.equal(await allowed(), true);
    assert.match(await client().registrationToken(), /^\S+$/);
  });

  it("has lists only where something is selected", async () => {
    for (const list of ["repositories", "selected-actions", "self-hosted-runners/repositories"])
      assert.equal((await emulator.rest("GET", `${org}/${list}`)).status, 409, list);
  });

  it("is not shown to a token without the organization's permission, which the refusal names", async () => {
    assert.equal(await organizationPolicy(client("repository-token")), undefined);
    const read = await emulator.rest("GET", org, { token: "repository-token" });
    const written = await emulator.rest("PUT", org, {
      token: "repository-token",
      body: { enabled_repositories: "all" },
    });
    assert.deepEqual(
      [read, written].map(({ status, headers }) => [status, headers.get("x-accepted-github-permissions")]),
      [
        [403, "organization_administration=read"],
        [403, "organization_administration=write"],
      ],
    );
  });

  it("is a failure in words while GitHub fails", async () => {
    await assert.rejects(organizationPolicy(client("nobody's")), /organization's policy for Actions.*401/);
  });
});

describe("the policy for Actions of a person", () => {
  it("does not exist", async () => {
    const emulator = await TestEmulator.start(onEnterprise);
    try {
      assert.equal((await emulator.rest("GET", org)).status, 404);
    } finally {
      await emulator.stop();
    }
  });
});
