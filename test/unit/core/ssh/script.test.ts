import assert from "node:assert/strict";
import { runScript, SudoRefusedError } from "@ghrunners/core/ssh/script";
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

  it("says that sudo refused, whatever the reason, and what to look at", async () => {
    const words = [
      "sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set",
      "sudo: a password is required",
      "bash: line 1: sudo: command not found",
      "Sorry, user operator is not allowed to execute '/usr/bin/bash -s -- look' as root on runner-1.",
      "operator is not in the sudoers file.",
      "/etc/sudoers:5:9: syntax error\nsudo: error initializing audit plugin sudoers_audit",
    ];
    for (const said of words) {
      await assert.rejects(run(host(1, "", `${said}\n`), "runner-1 could not be read"), (error: Error) => {
        assert.ok(error instanceof SudoRefusedError, said);
        assert.match(error.message, /^runner-1 could not be read: .*[^.]\. Expected sudo without.*Next: as root/s);
        return true;
      });
    }
    await assert.rejects(run(host(1, "unit\tx\n", "sudo: odd\n")), (error) => !(error instanceof SudoRefusedError));
  });
});
