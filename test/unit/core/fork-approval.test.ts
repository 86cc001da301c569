import assert from "node:assert/strict";
import { GitHubClient } from "@ghrunners/core/github/client";
import { forkApproval, setForkApproval } from "@ghrunners/core/github/settings";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

describe("approval for forks", () => {
  let emulator: TestEmulator;
  let github: GitHubClient;
  before(async () => {
    emulator = await TestEmulator.start();
    const where = { url: emulator.url, fullName: `${owner}/${repo}` };
    github = new GitHubClient(where, "operator-token", { fetch: emulator.fetch as typeof fetch });
  });
  after(() => emulator.stop());

  it("is no setting of a private repository: neither read nor write fails", async () => {
    assert.equal(await forkApproval(github), undefined);
    await setForkApproval(github, "all_external_contributors");
  });

  it("is set as soon as the repository is public", async () => {
    await emulator.admin("PUT", "faults/repository-public", {});
    assert.equal(await forkApproval(github), "first_time_contributors");
    await setForkApproval(github, "all_external_contributors");
    assert.equal(await forkApproval(github), "all_external_contributors");
  });
});
