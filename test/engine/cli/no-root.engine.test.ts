import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import { reasonForApiOnly } from "@ghrunners/lab/mode";
import { buildDistributions } from "@ghrunners/lab/runner-distribution/index";
import type { StatusReport } from "@ghrunners/cli/status/report";
import { ensureToolchain } from "@ghrunners/lab/toolchain/index";
import { projectRoot } from "@ghrunners/core/project-root";
import { npmScriptLine } from "@ghrunners/core/node-line";

/** Of its own for each run: a name decides the loopback ports. */
const instance = `nr${process.pid}`;

describe("why there are no machines", () => {
  it("off Linux", () => assert.match(reasonForApiOnly("darwin", 501) ?? "", /need Linux, and this is darwin/));
  it("off Linux without user numbers", () => assert.match(reasonForApiOnly("win32", undefined) ?? "", /this is win32/));
  it("without root", () => assert.match(reasonForApiOnly("linux", 1000) ?? "", /need root.*this user is not root/));
  it("nothing on Linux as root", () => assert.equal(reasonForApiOnly("linux", 0), undefined));
});

/** All steps of a newcomer without root: as the user nobody if the tests run as root, else as this user. */
describe("without root", function () {
  this.timeout(300_000);
  let around: string;

  before(async () => {
    around = mkdtempSync(path.join(tmpdir(), "ghr-nobody-"));
    await ensureToolchain({ say: () => undefined });
    await buildDistributions();
  });
  after(() => {
    command("lab", "down");
    rmSync(around, { recursive: true, force: true });
  });

  /** What `npm run <name> -- <words>` runs. */
  function command(name: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
    const line = npmScriptLine(name, ...words);
    const inView = (word: string): string => word.replace(projectRoot, path.join(around, "checkout"));
    const asNobody = path.join(__dirname, "support/as-nobody.sh");
    const [program = "", ...args] =
      process.getuid?.() === 0 ? [asNobody, projectRoot, baseFolders().cache, around, ...line.map(inView)] : line;
    const env = { ...process.env, GHRUNNERS_LAB: instance, XDG_STATE_HOME: path.join(around, "state") };
    return spawnSync(program, args, { cwd: projectRoot, encoding: "utf8", env });
  }

  const inLab = (...line: string[]) => command("lab", "exec", "--", ...line);

  it("npm start says so and rehearses what needs no machines", () => {
    const { status, stdout, stderr } = command("start");
    assert.equal(status, 0, stdout + stderr);
    assert.match(stderr, /No machines in this rehearsal: machines need root .*this user is not root\. The two APIs/);
    assert.match(stdout, /VmLegacy runners-primary-vm created/);
    assert.doesNotMatch(stdout, /Registration|Command/, "something was done on a host");
    assert.ok(stdout.includes(`This was the lab "${instance}": no machines (they need root on Linux)`), stdout);
    assert.match(stdout, /none: this stack manages machines only/);
    assert.match(stdout, /preflight: octocat\/demo-app is private, of a person with the plan pro\./);
    assert.match(stdout, /Its repository octocat\/demo-app is private, of a person on Pro\./);
    assert.match(stdout, /● lab: no reviewers; administrators may bypass/);
    assert.match(stdout, /Healthy\./);
    const stages = ["npm", "lab", "pulumi up", "status"].map((name) => `${name} \\d+ s`).join(", ");
    assert.match(stderr, new RegExp(`\\d+ s since the command was typed: ${stages}$`, "m"));
  });

  it("npm start again changes nothing, and does not make another lab where another owner is asked for", () => {
    const { status, stdout, stderr } = command("start");
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^ +\d+ unchanged$/m);
    assert.doesNotMatch(stdout, /created|updated/);
    const other = command("start", "--owner", "organization");
    assert.equal(other.status, 1);
    assert.match(other.stderr, /with the repository of: person\. .*organization\. Next: npm run lab -- down/);
  });

  it("the status is healthy", () => {
    const { status, stdout, stderr } = inLab("ghrunners", "status", "--json");
    assert.equal(status, 0, stdout + stderr);
    const report = JSON.parse(stdout) as StatusReport;
    assert.deepEqual(
      report.machines.map((vm) => vm.status),
      ["running", "running"],
    );
    assert.deepEqual(
      report.runners.map((runner) => runner.status),
      [],
    );
  });

  it("a second up changes nothing, a changed VM is seen and healed", () => {
    const again = inLab("pulumi", "up", "--yes", "--skip-preview", "--expect-no-changes");
    assert.equal(again.status, 0, again.stdout + again.stderr);
    for (const look of [inLab("pulumi", "preview"), inLab("pulumi", "refresh", "--yes", "--skip-preview")]) {
      assert.equal(look.status, 0, look.stdout + look.stderr);
      assert.match(look.stdout, /unchanged/);
    }
    assert.equal(command("lab", "fault", "stop", "primary").status, 0);
    const unhealthy = inLab("ghrunners", "status");
    assert.equal(unhealthy.status, 1);
    assert.match(unhealthy.stdout, /stopped/);
    const cleared = command("lab", "fault", "clear", "stop", "primary");
    assert.equal(cleared.status, 0, cleared.stderr);
    const healed = inLab("pulumi", "up", "--yes", "--skip-preview", "--refresh");
    assert.equal(healed.status, 0, healed.stdout + healed.stderr);
    assert.equal(inLab("ghrunners", "status").status, 0);
  });

  it("destroy and lab down leave nothing", () => {
    const destroyed = inLab("pulumi", "destroy", "--yes", "--skip-preview", "--run-program");
    assert.equal(destroyed.status, 0, destroyed.stdout + destroyed.stderr);
    const down = command("lab", "down");
    assert.equal(down.status, 0, down.stderr);
    assert.ok(!existsSync(path.join(around, "state", "ghrunners", instance)), "the state folder is left");
    const left = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(around));
    assert.deepEqual(left, []);
  });

  function commandLine(pid: string): string {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  }
});
