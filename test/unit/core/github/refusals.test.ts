import assert from "node:assert/strict";
import { organizationPolicy } from "@ghrunners/core/github/actions-policy";
import { GitHubClient } from "@ghrunners/core/github/client";
import { ownerPlan, tokenAccount } from "@ghrunners/core/github/settings";
import { TestEmulator, everything, owner, repo } from "@ghrunners/lab/driver/emulator";
import { sha256 } from "@ghrunners/lab/github/runner-tokens";

describe("what an organization and its Apps may do", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start((seed) => ({
      ...seed,
      owner: { ...seed.owner, type: "Organization" },
      tokens: [
        ...seed.tokens,
        { sha256: sha256("app-token"), login: "operator", permissions: everything, installation: true },
      ],
    }));
  });
  after(() => emulator.stop());
  const client = (token: string): GitHubClient =>
    new GitHubClient({ url: emulator.url, fullName: `${owner}/${repo}` }, token, {
      fetch: emulator.fetch as typeof fetch,
    });

  it("an App's installation has no account, which prevents nothing", async () => {
    const app = client("app-token");
    assert.equal(await tokenAccount(app), undefined);
    assert.equal(await tokenAccount(client("operator-token")), "operator");
    assert.equal(await ownerPlan(app, { login: "operator", kind: "person" }), undefined);
    assert.match(await app.registrationToken(), /^\S+$/);
  });

  it("a policy that forbids the repository's own runners is named, not the token", async () => {
    await emulator.admin("PUT", "faults/repository-runners-disabled", {});
    assert.equal((await organizationPolicy(client("operator-token")))?.ownRunners, false);
    await assert.rejects(client("operator-token").registrationToken(), (error: Error) => {
      assert.match(error.message, /403, "Repository level self-hosted runners are disabled on this repository\./);
      assert.match(error.message, /Next: an owner allows it in the organization's Settings, Actions, General/);
      assert.ok(!error.message.includes("githubToken"));
      return true;
    });
  });
});
