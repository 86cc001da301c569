import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { projectRoot } from "@ghrunners/core/project-root";

/** What runs before the packages are there, in a checkout of its own with an npm that does as it is told. */
describe("scripts: the first step of every command", function () {
  this.timeout(60_000);
  let folder: string;
  let root: string;
  const running: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-run-"));
    root = path.join(folder, "checkout");
    mkdirSync(path.join(root, "packages", "cli", "status"), { recursive: true });
    for (const name of ["scripts", "package.json", "package-lock.json"]) {
      cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true });
    }
    writeFileSync(path.join(root, "register.cjs"), "");
    writeFileSync(
      path.join(root, "packages/cli/status/main.ts"),
      `process.stdout.write("the command ran with " + process.argv.slice(2))`,
    );
    npm("mkdir -p node_modules");
  });

  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** An npm on PATH that notes its number and then does this in the checkout. */
  function npm(script: string): void {
    const bin = path.join(folder, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, "npm"), `#!/bin/sh\necho $$ >> ${folder}/npm-runs\n${script}\n`);
    chmodSync(path.join(bin, "npm"), 0o755);
  }

  /** For an npm that goes on until it is told to end, or the test's folder is gone. */
  const waits = (): string =>
    `mkdir -p node_modules; while [ -d ${folder} ] && [ ! -e ${folder}/go ]; do sleep 0.05; done`;

  const env = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${path.join(folder, "bin")}:${process.env.PATH}` });
  const npmRuns = (): number[] =>
    existsSync(path.join(folder, "npm-runs"))
      ? readFileSync(path.join(folder, "npm-runs"), "utf8").trim().split("\n").map(Number)
      : [];
  const leftovers = (): string[] => readdirSync(root).filter((name) => name.startsWith("node_modules.lock"));

  function run(
    args: readonly string[],
    nodeArgs: readonly string[] = [],
  ): { status: number | null; out: string; err: string } {
    const done = spawnSync(process.execPath, [...nodeArgs, path.join(root, "scripts/run.mjs"), ...args], {
      encoding: "utf8",
      env: env(),
    });
    return { status: done.status, out: done.stdout, err: done.stderr };
  }

  /** A command in the background. */
  function start(): { child: ChildProcess; err: () => string; out: () => string } {
    const child = spawn(process.execPath, [path.join(root, "scripts/run.mjs"), "status"], { env: env() });
    running.push(child);
    const text = { out: "", err: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.err += chunk));
    return { child, out: () => text.out, err: () => text.err };
  }

  it("installs once, then hands over; the next time it installs nothing", () => {
    const first = run(["status", "--json"]);
    assert.equal(first.status, 0, first.err);
    assert.equal(first.out, "the command ran with --json");
    assert.match(first.err, /Installing the locked npm packages/);
    assert.equal(run(["status"]).err, "");
    assert.equal(npmRuns().length, 1);
    writeFileSync(path.join(root, "package-lock.json"), "{}");
    run(["status"]);
    assert.equal(npmRuns().length, 2, "another lock file is another set of packages");
    assert.deepEqual(leftovers(), []);
  });

  it("refuses a Node that is too old, and says which is needed", () => {
    const fake = path.join(folder, "old-node.cjs");
    writeFileSync(
      fake,
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.18.3" } });`,
    );
    const { status, err } = run(["status"], ["--require", fake]);
    assert.equal(status, 2);
    assert.match(err, /^Node 20\.18\.3 is too old: this project needs Node 20\.19 or newer\.\nInstall it/);
    assert.deepEqual(npmRuns(), [], "something was installed all the same");
  });

  it("names the commands when it gets an unknown one, or none", () => {
    const unknown = run(["stauts"]);
    assert.equal(unknown.status, 2);
    assert.match(unknown.err, /Unknown command "stauts"\.\nusage: .*\n\ncommands: start, status,/);
    assert.equal(run([]).status, 2);
    assert.equal(run(["--help"]).status, 0);
    assert.deepEqual(npmRuns(), []);
  });

  it("every command of package.json is one of them, and its file exists", () => {
    const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const known = /commands: (.*)/.exec(run(["--help"]).out)?.[1]?.split(", ") ?? [];
    for (const line of Object.values(scripts)) {
      const [, name = ""] = /^node scripts\/run\.mjs (\S+)/.exec(line) ?? [];
      assert.ok(known.includes(name), `package.json runs "${line}", known are: ${known.join(", ")}`);
    }
    const text = readFileSync(path.join(projectRoot, "scripts/run.mjs"), "utf8");
    const files = [...text.matchAll(/"([a-z/]+\.ts)"/g)].map(([, file = ""]) => file);
    assert.ok(files.length > 5);
    for (const file of files) assert.ok(existsSync(path.join(projectRoot, file)), file);
  });

  it("says so when npm fails, and tries again the next time", () => {
    npm("echo 'npm error network connect ECONNREFUSED' >&2; exit 1");
    const { status, err } = run(["status"]);
    assert.equal(status, 2);
    assert.match(err, /ECONNREFUSED\nnpm ci failed \(1\).*Check the network/s);
    assert.deepEqual(leftovers(), []);
    npm("mkdir -p node_modules");
    assert.equal(run(["status"]).status, 0);
  });

  it("two commands at once install once", async () => {
    npm(waits());
    const first = start();
    await until("npm runs", 10_000, () => npmRuns().length === 1);
    const second = start();
    await until("the second command waits", 10_000, () => /is installing packages here; waiting/.test(second.err()));
    writeFileSync(path.join(folder, "go"), "");
    for (const { child, out } of [first, second]) {
      await until("the command ends", 10_000, () => child.exitCode !== null);
      assert.equal(out(), "the command ran with ");
    }
    assert.equal(npmRuns().length, 1);
    assert.deepEqual(leftovers(), []);
  });

  it("after kill -9 of the command and its npm the next one takes over", async () => {
    npm(waits());
    const first = start();
    await until("npm runs", 10_000, () => npmRuns().length === 1);
    first.child.kill("SIGKILL");
    const second = start();
    // npm outlives its command: two of them in one node_modules would spoil it.
    await until("the second waits for the npm that runs on", 10_000, () =>
      second.err().includes(`Process ${npmRuns()[0]} is installing`),
    );
    const third = start();
    process.kill(npmRuns()[0] as number, "SIGKILL");
    await until("one of the others installs", 10_000, () => npmRuns().length === 2);
    writeFileSync(path.join(folder, "go"), "");
    for (const { child, out, err } of [second, third]) {
      await until("the command ends", 10_000, () => child.exitCode !== null);
      assert.equal(out(), "the command ran with ", err());
    }
    assert.equal(npmRuns().length, 2, "both installed");
    assert.deepEqual(leftovers(), []);
  });
});
