import assert from "node:assert/strict";
import { GitHubClient } from "@ghrunners/core/github/client";
import { GitHubError } from "@ghrunners/core/github/errors";
import {
  closeRunnerGroup,
  deleteRunnerGroup,
  groupOfRunner,
  makeRunnerGroup,
  moveRunner,
  openTo,
  ownRunners,
  runnerGroupNamed,
} from "@ghrunners/core/github/runner-group";
import { registrationUrl, runnerApi, runnersPage } from "@ghrunners/core/github/runner-scope";
import { ofOrganization, owner, repo, TestEmulator } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";

const fullName = `${owner}/${repo}`;

describe("where runners are registered", () => {
  const atRepository = { url: "https://github.com/", fullName };
  const atOrganization = { ...atRepository, runnerGroup: "deployers" };

  it("decides the address for config.sh, and the page for people", () => {
    assert.equal(registrationUrl(atRepository), `https://github.com/${fullName}`);
    assert.equal(registrationUrl(atOrganization), `https://github.com/${owner}`);
    assert.equal(runnersPage(atRepository), `https://github.com/${fullName}/settings/actions/runners`);
    assert.equal(runnersPage(atOrganization), `https://github.com/organizations/${owner}/settings/actions/runners`);
  });

  it("is known of each runner", () => {
    assert.equal(runnerApi(fullName, { id: 7 }), `repos/${fullName}/actions/runners/7`);
    assert.equal(runnerApi(fullName, { id: 7, groupId: 3 }), `orgs/${owner}/actions/runners/7`);
  });
});

describe("a client whose runners belong to the organization", () => {
  let emulator: TestEmulator;
  let client: GitHubClient;
  let groupId: number;
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...ofOrganization("team")(seed),
      tokens: [
        ...seed.tokens,
        { sha256: sha256("narrow-token"), login: "operator", permissions: { administration: "write" } },
      ],
    }));
    client = clientOf("operator-token");
    groupId = await makeRunnerGroup(client, "deployers");
  });
  after(() => emulator.stop());

  const clientOf = (token: string, runnerGroup: string | undefined = "deployers"): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName, runnerGroup }, token, {
      fetch: emulator.fetch as typeof fetch,
      retries: false,
    });

  it("lists every runner that the repository's jobs can get, and no other", async () => {
    const hidden = await makeRunnerGroup(client, "hidden");
    emulator.services.store.change((state) => {
      const group = state.runnerGroups.find(({ id }) => id === hidden);
      if (group !== undefined) group.repositories = [];
    });
    emulator.addRunner("of-repository", ["rogue"]);
    emulator.addRunner("in-default", [], 1);
    emulator.addRunner("hidden", [], hidden);
    emulator.addRunner("mine", ["production"], groupId);
    const seen = (await client.runners()).map(({ name, groupId: group }) => [name, group]);
    assert.deepEqual(seen, [
      ["of-repository", undefined],
      ["in-default", 1],
      ["mine", groupId],
    ]);
    assert.deepEqual(
      (await ownRunners(client)).map(({ name }) => name),
      ["mine"],
    );
  });

  it("finds a taken name in any group, changes labels, and removes", async () => {
    assert.equal((await client.runnerNamed("hidden"))?.online, true);
    const { id } = (await client.runnerNamed("mine"))!;
    await client.setLabels(id, ["production", "primary"]);
    assert.ok((await client.runner(id))?.labels.includes("primary"));
    assert.equal(await client.deleteRunner(id), true);
    assert.equal(await client.runner(id), undefined);
    assert.match(await client.registrationToken(), /^\S+$/);
  });

  it("makes a group for the repository alone, and closes it again", async () => {
    const seen = async () => openTo((await runnerGroupNamed(client, "Deployers"))!, fullName);
    assert.deepEqual(await seen(), []);
    const group = `/orgs/${owner}/actions/runner-groups/${groupId}`;
    const body = { name: "deployers", visibility: "all", allows_public_repositories: true };
    await emulator.rest("PATCH", group, { body });
    assert.deepEqual(await seen(), ["all repositories of the organization", "public repositories"]);
    await closeRunnerGroup(client, groupId, "deployers");
    assert.deepEqual(await seen(), []);
  });

  it("leaves a group with runners, which would become everybody's, and deletes an empty one", async () => {
    const id = emulator.addRunner("last", [], 1);
    await moveRunner(client, id, groupId);
    assert.equal(await groupOfRunner(client, id), groupId);
    assert.deepEqual(await deleteRunnerGroup(client, groupId), ["last"]);
    await client.deleteRunner(id);
    assert.deepEqual(await deleteRunnerGroup(client, groupId), []);
    assert.equal(await runnerGroupNamed(client, "deployers"), undefined);
    assert.deepEqual(await deleteRunnerGroup(client, groupId), []);
  });

  it("names the organization's permission where the token lacks it", async () => {
    await assert.rejects(clientOf("narrow-token").runners(), (error: GitHubError) => {
      assert.equal(error.status, 403);
      return /organization_self_hosted_runners=read/.test(error.message);
    });
  });

  it("names others in words", () => {
    const group = { visibility: "selected", allowsPublicRepositories: false, inherited: true };
    assert.deepEqual(openTo({ ...group, repositories: [fullName.toUpperCase(), "octo-org/other"] }, fullName), [
      "octo-org/other",
      "other organizations of the enterprise",
    ]);
  });
});
