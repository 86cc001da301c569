import assert from "node:assert/strict";
import type { PermissionReport } from "@ghrunners/lab/github/permission-use";
import { TestEmulator, owner, repo } from "@ghrunners/lab/driver/emulator";

describe("the record of used permissions", () => {
  let emulator: TestEmulator;
  before(async () => {
    emulator = await TestEmulator.start();
  });
  after(() => emulator.stop());

  it("names what calls needed, and what nothing needed", async () => {
    const repository = `/repos/${owner}/${repo}`;
    await emulator.rest("GET", repository);
    await emulator.rest("GET", `${repository}/environments`);
    await emulator.rest("POST", `${repository}/actions/variables`, { body: { name: "A", value: "1" } });
    // Refused: it needed nothing that the token has.
    await emulator.rest("GET", repository, { token: "nobody's" });
    const [operator, reviewer] = (await emulator.admin("GET", "permissions")) as PermissionReport[];
    assert.deepEqual(operator?.used, {
      "actions:read": ["GET /repos/{owner}/{repo}/environments"],
      "metadata:read": ["GET /repos/{owner}/{repo}"],
      "variables:write": ["POST /repos/{owner}/{repo}/actions/variables"],
    });
    assert.deepEqual(operator.unused, [
      "administration:write",
      "actions:write",
      "contents:read",
      "environments:write",
      "issues:write",
      "pull_requests:write",
      "secrets:write",
      "organization_self_hosted_runners:write",
      "organization_administration:write",
    ]);
    assert.deepEqual([reviewer?.login, reviewer?.used], ["reviewer", {}]);
  });
});
