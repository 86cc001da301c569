import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { end, endGroup, readIdentity, writeIdentity } from "@ghrunners/lab/processes";
import { until } from "@ghrunners/core/until";
import { identityOf, lives } from "@ghrunners/core/process-identity";

describe("processes by number and start time", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "ghr-processes-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("finds a recorded process and ends it", async () => {
    const child = spawn("sleep", ["60"]);
    const file = path.join(folder, "pid");
    writeIdentity(file, child.pid as number);
    const found = readIdentity(file);
    assert.ok(found && lives(found));
    await end(found);
    assert.equal(readIdentity(file), undefined);
  });

  it("ends a process that ignores SIGTERM", async () => {
    const child = spawn("sh", ["-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const identity = identityOf(child.pid as number);
    assert.ok(identity);
    await end(identity, 100);
    assert.equal(lives(identity), false);
  });

  it("ends a whole process group, the leader first", async () => {
    const child = spawn("sh", ["-c", "sleep 60 & echo $!; wait"], { detached: true });
    const member = await new Promise<number>((resolve) => child.stdout.once("data", (line) => resolve(Number(line))));
    const leader = identityOf(child.pid as number);
    const other = identityOf(member);
    assert.ok(leader && other);
    await endGroup(leader);
    await until("the member of the group is gone", 5_000, () => !lives(other));
  });

  it("does not take a later process with the same number for the recorded one", () => {
    const file = path.join(folder, "pid");
    writeFileSync(file, JSON.stringify({ pid: process.pid, start: "1" }));
    assert.equal(readIdentity(file), undefined);
  });

  it("counts a torn record as none", () => {
    const file = path.join(folder, "pid");
    writeFileSync(file, '{"pid":');
    assert.equal(readIdentity(file), undefined);
  });
});
