import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseStat, programOf, TreeMeter } from "@ghrunners/lab/bench/process-tree";
import { timed, type TimedCommand } from "@ghrunners/lab/bench/timed";
import { treeOf } from "@ghrunners/lab/process-tree";
import { identityOf } from "@ghrunners/core/process-identity";
import { until } from "@ghrunners/core/until";

const node = (script: string): TimedCommand => ({
  line: [process.execPath, "-e", script],
  cwd: tmpdir(),
  env: process.env,
});

describe("bench: process trees", function () {
  let folder: string;
  before(function () {
    if (process.platform !== "linux") this.skip();
    folder = mkdtempSync(path.join(tmpdir(), "bench-test-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reads a stat line whose name holds parentheses and blanks", () => {
    const fields = [
      "S",
      "1",
      ...Array.from({ length: 9 }, () => "0"),
      "150",
      "50",
      ...Array.from({ length: 8 }, () => "0"),
      "2560",
    ];
    assert.deepEqual(parseStat(`42 (a b) (c) ${fields.join(" ")} 0\n`), { cpuSeconds: 2, residentMiB: 10 });
  });

  it("names a process by its program, an interpreter by its script", () => {
    assert.equal(programOf(["/opt/bin/tofu", "apply"]), "tofu");
    assert.equal(programOf(["node", "--require", "tsx/cjs", "/a/cmd/run", "--monitor"]), "node run");
    assert.equal(programOf(["/usr/bin/python3", "/usr/bin/ansible-playbook", "x"]), "python3 ansible-playbook");
    assert.equal(programOf(["/usr/bin/node"]), "node");
  });

  it("sees children and their memory", async () => {
    const line = `const {spawn} = require("child_process");
      const child = spawn(process.execPath, ["-e", "globalThis.b = Buffer.alloc(64e6, 1); console.log(1); setInterval(() => {}, 1e3)"], {stdio: ["ignore", "inherit", "ignore"]});
      process.on("SIGTERM", () => child.kill());
      child.on("exit", () => process.exit());`;
    const child = spawn(process.execPath, ["-e", line], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      await once(child.stdout, "data");
      const meter = new TreeMeter(child.pid as number);
      meter.look();
      assert.equal(treeOf(child.pid as number).length, 2);
      assert.ok(meter.peakMemoryMiB > 64e6 / 2 ** 20, `only ${meter.peakMemoryMiB} MiB seen`);
      assert.ok((meter.cpuSeconds.node ?? 0) > 0, JSON.stringify(meter.cpuSeconds));
    } finally {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
  });

  it("times a command, keeps what it printed, and fails with its words", async () => {
    const log = path.join(folder, "ok.log");
    const timing = await timed(node("setTimeout(() => {}, 300)"), log, new AbortController().signal);
    assert.ok(timing.seconds >= 0.3 && timing.seconds < 20, String(timing.seconds));
    assert.ok(timing.peakMemoryMiB > 1);
    const failing = timed(node("console.error('its own words'); process.exit(3)"), log, new AbortController().signal);
    await assert.rejects(failing, /exit code 3:\nits own words/);
  });

  it("an abort ends the command and what it started, even what ignores the first request", async () => {
    const stop = new AbortController();
    const log = path.join(folder, "abort.log");
    const running = timed(
      node(`const {spawn} = require("child_process");
        process.on("SIGINT", () => {});
        const child = spawn(process.execPath, ["-e", "process.on('SIGINT', () => {}); console.log(process.pid); setInterval(() => {}, 1e3)"], {stdio: "inherit"});
        child.on("exit", () => process.exit());`),
      log,
      stop.signal,
    );
    const { readFileSync } = await import("node:fs");
    let pid = 0;
    await until("the grandchild prints its number", 10_000, () => (pid = Number(readFileSync(log, "utf8"))) > 0);
    stop.abort(new Error("stopped"));
    await assert.rejects(running, /stopped/);
    await until("the grandchild is gone", 10_000, () => identityOf(pid) === undefined);
  });
});
