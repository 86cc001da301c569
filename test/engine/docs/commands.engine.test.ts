import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { currentInstance } from "@ghrunners/lab/instance";
import type { RepositoryOwner } from "@ghrunners/lab/owner";
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
    await open();
  });
  after(() => {
    run(["lab", "down", "--with-stacks"]);
    rmSync(state, { recursive: true, force: true });
  });

  async function open(owner?: RepositoryOwner): Promise<void> {
    const saved = process.env.XDG_STATE_HOME;
    Object.assign(process.env, { XDG_STATE_HOME: state });
    const instance = currentInstance({ ...process.env, GHRUNNERS_LAB: name });
    await openLab(instance, { say: () => undefined, mode: "api-only", owner });
    if (saved === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = saved;
  }

  function run(words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, GHRUNNERS_LAB: name, XDG_STATE_HOME: state };
    const [script = "", ...args] = words;
    const [node = "", ...line] = npmScriptLine(script, ...args);
    return spawnSync(node, line, { cwd: projectRoot, encoding: "utf8", env });
  }

  const expected: readonly (readonly [string[], RegExp])[] = [
    [["lab", "up"], /^$/],
    [["lab", "status", "--json"], /"mode": "api-only",\n  "repository": "octocat\/demo-app"/],
    [["lab", "status"], /api-only, with octocat\/demo-app, private, of a person on Pro/],
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
    [
      ["lab", "exec", "--", "ghrunners", "runbook", "RunnerOffline"],
      /^ {4}ssh "runner@198\.51\.100\.51" "systemctl is-active actions\.runner\.octocat-demo-app\.lab-runner\.service/m,
    ],
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

  it("refuses to make an organization's repository of a person's, and a reviewer for it", () => {
    const other = run(["lab", "up", "--owner", "organization"]);
    assert.equal(other.status, 1);
    assert.match(other.stderr, /with the repository of: person\. .*organization\. Next: npm run lab -- down/);
    const reviewer = run(["lab", "reviewer", "on"]);
    assert.equal(reviewer.status, 1);
    assert.match(reviewer.stderr, /of a person on Pro, where GitHub has no reviewers\. .*--owner organization/);
  });

  it("lab down keeps a stack that somebody made in the lab, unless it is told to remove it", () => {
    // Pulumi writes its stack file into the checkout, where git ignores a name that begins so.
    const stack = `lab-of-${name}`;
    const made = run(["lab", "exec", "--", "pulumi", "stack", "init", `organization/ghrunners/${stack}`]);
    rmSync(path.join(projectRoot, `Pulumi.${stack}.yaml`), { force: true });
    assert.equal(made.status, 0, made.stderr);
    const kept = run(["lab", "down"]);
    assert.equal(kept.status, 1, kept.stdout);
    const [, words = ""] = kept.stderr.split("has stacks that are not its own: ");
    assert.ok(words.startsWith(`ghrunners/${stack}. `), kept.stderr);
    assert.match(words, /Next: .*lab -- down --with-stacks/);
    const stacks = run(["lab", "exec", "--", "pulumi", "stack", "ls", "--json"]);
    assert.ok(stacks.stdout.includes(`"name": "${stack}"`), stacks.stdout);
    assert.equal(run(["lab", "down", "--with-stacks"]).status, 0);
  });

  it("lab up --owner organization, and what remembers it", async () => {
    await open("organization");
    const { status, stderr } = run(["lab", "up", "--owner", "organization"]);
    assert.equal(status, 0, stderr);
    assert.equal(run(["lab", "up"]).status, 0);
    assert.match(run(["lab", "status", "--json"]).stdout, /"repository": "octo-org\/demo-app"/);
  });
});
