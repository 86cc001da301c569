import assert from "node:assert/strict";
import { runScript } from "@ghrunners/core/ssh/script";
import type { HostSession } from "@ghrunners/core/ssh/session";

const script = { name: "look.sh", text: "true" };
/** A host on which every script ends like this. */
const host = (code: number, stdout = "", stderr = ""): HostSession =>
  ({ run: () => Promise.resolve({ code, stdout, stderr, all: stdout + stderr }) }) as unknown as HostSession;
const run = (session: HostSession, failed?: string): Promise<string> =>
  runScript(session, script, "look", {}, 1_000, failed);

describe("a script that runs on a host", () => {
  it("returns what it printed", async () => {
    assert.equal(await run(host(0, "unit\tactive\n"), "runner-1 could not be read"), "unit\tactive\n");
  });

  it("fails with its own message, after the caller's words if there are any", async () => {
    await assert.rejects(run(host(1, "", "no sudo\n")), { message: "no sudo" });
    await assert.rejects(run(host(1, "no sudo\n"), "runner-1 could not be read"), {
      message: "runner-1 could not be read: no sudo",
    });
  });

  it("fails with its name and exit code when it printed nothing", async () => {
    await assert.rejects(run(host(7), "runner-1 could not be read"), {
      message: "runner-1 could not be read: look.sh look ended with exit code 7 and no message.",
    });
  });
});
