import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { currentInstance } from "@ghrunners/lab/instance";
import { openLab } from "@ghrunners/lab/pulumi/open";
import { npmScriptLine } from "@ghrunners/core/node-line";
import { projectRoot } from "@ghrunners/core/project-root";

/** Of its own for each run: a name decides the loopback ports. */
const name = `dc${process.pid}`;

/** Commands of the documents that nothing else runs, as `npm run` would start them, on a lab without machines. */
describe("commands of the documents", function () {
  this.timeout(120_000);
  let state: string;

  before(async () => {
    state = mkdtempSync(path.join(tmpdir(), "ghr-commands-"));
    const saved = process.env.XDG_STATE_HOME;
    Object.assign(process.env, { XDG_STATE_HOME: state });
    const instance = currentInstance({ ...process.env, GHRUNNERS_LAB: name });
    await openLab(instance, { say: () => undefined, mode: "api-only" });
    if (saved === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = saved;
  });
  after(() => {
    run(["lab", "down"]);
    rmSync(state, { recursive: true, force: true });
  });

  function run(words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, GHRUNNERS_LAB: name, XDG_STATE_HOME: state };
    const [script = "", ...args] = words;
    const [node = "", ...line] = npmScriptLine(script, ...args);
    return spawnSync(node, line, { cwd: projectRoot, encoding: "utf8", env });
  }

  const expected: readonly (readonly [string[], RegExp])[] = [
    [["lab", "up"], /^$/],
    [["lab", "status", "--json"], /"mode": "api-only"/],
    [["lab", "fault", "list"], /fill-disk <machine>/],
    [["lab", "fault", "github-slow", "milliseconds=3000"], /^$/],
    [["lab", "fault", "active"], /"milliseconds": 3000/],
    [["lab", "fault", "clear"], /^$/],
    [["lab", "prune", "--dry-run"], /^\d+ entries, \d+ MiB would go$/m],
    [["lab", "events", "proxmox"], /^(\{"seq":\d+,.*\}\n)*$/],
    [["toolchain", "list"], /PART +VERSION +ORIGIN/],
    [["test", "--list"], /rehearsal +test\/rehearsal\/from-nothing/],
    [["scenarios", "--list"], /kill-deployer-after-activate/],
    [["bench", "--help"], /usage: npm run bench/],
    [["mutate", "--help"], /usage: npm run mutate/],
    [["start", "--help"], /Usage: npm start/],
    [["lab", "exec", "--", "ghrunners", "status", "--help"], /Usage: ghrunners status/],
    [["lab", "exec", "--", "pulumi", "stack", "ls", "--json"], /"name": "lab-dc\d+"/],
    [["lab", "exec", "--", "sh", "-c", "echo $PULUMI_STACK"], /^lab-dc\d+$/m],
  ];
  for (const [words, output] of expected) {
    it(words.join(" "), () => {
      const { status, stdout, stderr } = run(words);
      assert.equal(status, 0, stdout + stderr);
      assert.match(stdout, output);
    });
  }

  it("refuses a fault of a machine that does not exist, with the reason", () => {
    const { status, stderr } = run(["lab", "fault", "clear", "stop", "tertiary"]);
    assert.equal(status, 1);
    assert.match(stderr, /Which machine\? Got "tertiary", expected a role, name or VMID of: primary/);
  });
});
