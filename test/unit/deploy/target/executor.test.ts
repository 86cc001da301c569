import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MarkedExecutor, ScopeExecutor } from "@ghrunners/deploy/target/executor";

/** What a step may take that is ended or has ended: the executor's own grace and a busy machine. */
const SOON_MS = 20_000;

describe("a step", function () {
  this.timeout(60_000);
  const strangers: number[] = [];
  afterEach(() => {
    for (const pid of strangers.splice(0)) process.kill(pid, "SIGKILL");
  });

  const executor = new MarkedExecutor(`test-${process.pid}`);
  /**
   * Starts a process that leaves the step's control group and keeps its output open, and says which it is. Until it
   * is the sleep, it still carries the step's mark and ends with the step.
   */
  const stranger =
    "env -i setsid sleep 600 & echo stranger $!; until grep -qs ^sleep /proc/$!/cmdline; do [ -d /proc/$! ] || exit 9; done;";

  async function run(script: string, limitMs: number, signal?: AbortSignal) {
    const started = performance.now();
    const ended = await executor.run(["sh", "-c", script], { limitMs, environment: {}, signal });
    const pid = Number(/stranger (\d+)/.exec(ended.stdout)?.[1]);
    if (pid > 0) strangers.push(pid);
    return { ...ended, ms: performance.now() - started };
  }

  const alive = (pid: number): boolean => readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sleep");

  it("has ended when its own processes have, even if another process holds its output", async () => {
    const { ok, detail, ms } = await run(`${stranger} exit 0`, 600_000);
    assert.deepEqual([ok, detail], [true, ""]);
    assert.ok(ms < SOON_MS, `${ms} ms`);
    const pid = strangers[0] ?? 0;
    const seen = /^State:.*$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[0];
    assert.ok(alive(pid), `the stranger goes on: it is no part of the step; seen ${seen}, process ${pid}`);
  });

  it("ends at its limit, even if another process holds its output", async () => {
    const { ok, detail, ms } = await run(`${stranger} sleep 600`, 1_000);
    assert.equal(ok, false);
    assert.match(detail, /took longer than 1 s/);
    assert.ok(ms < SOON_MS, `${ms} ms`);
  });

  it("ends with the lease, even if another process holds its output", async () => {
    const { ok, detail, ms } = await run(`${stranger} sleep 600`, 600_000, AbortSignal.timeout(500));
    assert.equal(ok, false);
    assert.match(detail, /was interrupted/);
    assert.ok(ms < SOON_MS, `${ms} ms`);
  });

  it("ends at its limit although it stopped itself and ignores every other signal", async () => {
    const { detail, ms } = await run("trap '' TERM INT HUP; kill -STOP $$; sleep 600", 1_000);
    assert.match(detail, /took longer than 1 s/);
    assert.ok(ms < SOON_MS, `${ms} ms`);
  });

  it("may print without end: only the last lines are kept", async () => {
    const before = process.memoryUsage().rss;
    const { ok, stdout } = await run("head -c 300000000 /dev/zero; echo the end", 60_000);
    assert.equal(ok, true);
    assert.equal(stdout.slice(-8), "the end\n");
    assert.ok(stdout.length <= 64 * 1024, `${stdout.length} characters were kept`);
    const grown = (process.memoryUsage().rss - before) / 2 ** 20;
    assert.ok(grown < 150, `${grown} MiB more after 286 MiB of output`);
  });

  it("shows no half of a word where its output was cut, which may be a secret", async () => {
    const { ok, stdout } = await run("printf ghp_%0100d 7; yes | head -c 65500", 60_000);
    assert.equal(ok, true);
    assert.match(stdout, /^[y\n]+$/);
  });

  it("keeps its last lines, although its output ends after it", async () => {
    const { stdout } = await run("seq 1 2000", 60_000);
    assert.equal(stdout.trim().split("\n").at(-1), "2000");
  });
});

describe("the scopes of steps", () => {
  let folder: string;
  const before = process.env.PATH;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-scopes-"));
    process.env.PATH = `${folder}:${before}`;
  });
  afterEach(() => {
    process.env.PATH = before;
    rmSync(folder, { recursive: true });
  });
  const systemctl = (script: string): void =>
    writeFileSync(path.join(folder, "systemctl"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

  it("are not taken for ended if systemd does not list them", async () => {
    systemctl('echo "Failed to list units: Transport endpoint is not connected" >&2; exit 1');
    await assert.rejects(new ScopeExecutor().sweep(), /does not list the scopes of steps: .*not connected/);
    systemctl("exit 0");
    await new ScopeExecutor().sweep();
  });

  it("are not taken for ended while one is listed", async () => {
    systemctl('[ "$1" = list-units ] && echo "ghrunners-deploy-1-1.scope loaded active running"; exit 0');
    await assert.rejects(new ScopeExecutor().sweep(), /do not end: ghrunners-deploy-1-1\.scope/);
  });
});
