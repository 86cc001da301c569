import assert from "node:assert/strict";
import https from "node:https";
import { GitHubClient } from "@ghrunners/core/github/client";
import { httpsFetchOver } from "@ghrunners/core/github/https-fetch";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

/** The services' client, after the repository got another name: they know the former one until the next update. */
describe("a service's requests to a renamed repository", () => {
  let emulator: TestEmulator;
  let agent: https.Agent;
  let github: GitHubClient;
  before(async () => {
    emulator = await TestEmulator.start();
    agent = new https.Agent({ ca: emulator.authority });
    const where = { url: emulator.url, fullName: `${owner}/${repo}` };
    github = new GitHubClient(where, "operator-token", { fetch: httpsFetchOver(agent), retries: false });
    emulator.addRunner("runner-1");
    await emulator.admin("PUT", "faults/repository-renamed", { to: "shop" });
  });
  after(async () => {
    agent.destroy();
    await emulator.stop();
  });

  it("read what they read before", async () => {
    assert.deepEqual(
      (await github.runners()).map(({ name }) => name),
      ["runner-1"],
    );
    assert.equal((await github.repository()).fullName, `${owner}/shop`);
  });

  it("write what they wrote before, once", async () => {
    await github.send("POST", "/actions/variables", { name: "DEPLOY_RUNNER", value: "one" });
    await github.send("PATCH", "/actions/variables/DEPLOY_RUNNER", { value: "two" });
    assert.equal(await github.variable("DEPLOY_RUNNER"), "two");
  });

  it("do not follow to another host, which would get the token", async () => {
    const elsewhere = await TestEmulator.start((seed) => ({
      ...seed,
      publicUrl: seed.publicUrl.replace("127.0.0.1", "localhost"),
    }));
    const own = new https.Agent({ ca: elsewhere.authority });
    await elsewhere.admin("PUT", "faults/repository-renamed", { to: "shop" });
    const answer = await httpsFetchOver(own)(`${elsewhere.url}/api/v3/repos/${owner}/${repo}`, {
      headers: { authorization: "Bearer operator-token" },
    });
    assert.equal(answer.status, 301);
    own.destroy();
    await elsewhere.stop();
  });
});
