import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { withLock } from "@ghrunners/lab/toolchain/lock";
import { until } from "@ghrunners/core/until";

describe("toolchain: the lock", () => {
  let folder: string;
  let lock: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghrunners-lock-"));
    lock = path.join(folder, "lock");
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts another process that takes the lock; returns what it printed so far. */
  function holder(): { child: ChildProcess; printed: () => string } {
    const script = path.join(projectRoot, "test/unit/lab/toolchain/support/hold.ts");
    const child = spawn(process.execPath, ["--require", "tsx/cjs", script, lock], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    return { child, printed: () => text };
  }

  it("lets one in at a time and tells the other who holds it", async () => {
    const order: string[] = [];
    let told = 0;
    const enter = (name: string): Promise<void> =>
      withLock(
        lock,
        (by) => {
          told++;
          assert.equal(by.pid, process.pid);
        },
        async () => {
          order.push(`${name} in`);
          await new Promise((resolve) => setImmediate(resolve));
          order.push(`${name} out`);
        },
      );
    await Promise.all([enter("a"), enter("b"), enter("c")]);
    assert.equal(order.length, 6);
    for (let i = 0; i < 6; i += 2) assert.equal(order[i]?.replace("in", "out"), order[i + 1]);
    assert.ok(told >= 2, `told ${told} times`);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("makes another process wait, and is taken over when its holder is killed", async () => {
    const first = holder();
    await until("the first process holds the lock", 20_000, () => first.printed() === "held\n");
    const second = holder();
    await until("the second process waits", 20_000, () => second.printed() === "waiting\n");
    first.child.kill("SIGKILL");
    await until("the second process holds the lock", 20_000, () => second.printed() === "waiting\nheld\n");
    second.child.kill("SIGKILL");
    let entered = false;
    await withLock(
      lock,
      () => undefined,
      async () => void (entered = true),
    );
    assert.ok(entered);
    assert.deepEqual(readdirSync(folder), [], "nothing is left behind");
  }).timeout(90_000);

  it("is not fooled by a later process with the same number", async () => {
    writeFileSync(lock, JSON.stringify({ pid: process.pid, start: "1" }));
    let waited = false;
    await withLock(
      lock,
      () => (waited = true),
      async () => undefined,
    );
    assert.equal(waited, false);
  });

  it("is freed when the work fails", async () => {
    const failing = withLock(
      lock,
      () => undefined,
      async () => Promise.reject(new Error("on purpose")),
    );
    await assert.rejects(failing, /on purpose/);
    assert.deepEqual(readdirSync(folder), []);
  });
});
