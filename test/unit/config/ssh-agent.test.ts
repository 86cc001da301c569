import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { judgeSshAgent } from "@ghrunners/config/ssh-agent";

describe("the SSH agent that Pulumi's command plugin would use", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghrunners-agent-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("need not be there", async () => {
    assert.deepEqual(await judgeSshAgent({}), []);
    assert.deepEqual(await judgeSshAgent({ SSH_AUTH_SOCK: "" }), []);
  });

  it("answers like an SSH agent does", async () => {
    const socket = path.join(folder, "agent");
    const server = createServer().listen(socket);
    await once(server, "listening");
    assert.deepEqual(await judgeSshAgent({ SSH_AUTH_SOCK: socket }), []);
    server.close();
  });

  it("is refused in words where its socket is left over, or gone", async () => {
    const socket = path.join(folder, "agent");
    const [reason, ...others] = await judgeSshAgent({ SSH_AUTH_SOCK: socket });
    assert.deepEqual(others, []);
    assert.match(
      reason ?? "",
      /^SSH_AUTH_SOCK names \S+agent, where no SSH agent answers \(ENOENT\)\. Expected .*Next: unset SSH_AUTH_SOCK/,
    );
  });
});
