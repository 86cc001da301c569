import assert from "node:assert/strict";
import { Client } from "ssh2";
import { HostUnreachableError, run } from "@ghrunners/core/ssh/session";

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

describe("an SSH session", () => {
  it("leaves no timer behind when its connection broke before a command: its process could not end", async () => {
    // The test runner's own timer starts after this function did.
    await new Promise(setImmediate);
    const before = timers();
    // A client without a connection: what is left of one that broke.
    await assert.rejects(run(new Client(), "true", "", 3_600_000), HostUnreachableError);
    assert.equal(timers(), before);
  });
});
