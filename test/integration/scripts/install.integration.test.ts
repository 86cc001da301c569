import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { until } from "@ghrunners/core/until";

const script = path.join(projectRoot, "lab/install.mjs");
const LIMIT_MS = 10_000;

/** A checkout with one package and one for another system, and an npm on PATH that does what the test says. */
describe("lab/install.mjs", function () {
  this.timeout(60_000);
  let folder: string;
  let checkout: string;
  const running: ChildProcess[] = [];

  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  function locked(version: string): void {
    const packages = {
      "": { name: "checkout" },
      "node_modules/tool": { version },
      "node_modules/for-another": { version: "1.0.0", optional: true, os: ["aix"] },
    };
    write("checkout/package-lock.json", JSON.stringify({ packages }));
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-install-"));
    checkout = path.join(folder, "checkout");
    write("checkout/package.json", JSON.stringify({ engines: { node: ">=18.1" } }));
    locked("1.2.3");
    npm(installs("1.2.3"));
  });
  afterEach(() => {
    for (const child of running.splice(0)) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** An npm that notes its process id and runs a shell script in the checkout. */
  function npm(shell: string): void {
    write("bin/npm", `#!/bin/sh\necho $$ >> ${folder}/npm-runs\n${shell}\n`);
    chmodSync(path.join(folder, "bin/npm"), 0o755);
  }
  const installs = (version: string): string =>
    `mkdir -p node_modules/tool; echo '{"version":"${version}"}' > node_modules/tool/package.json; echo '{}' > node_modules/.package-lock.json`;
  /** Goes on until the test allows the end, or is over. */
  const installsWhenAllowed = (): string =>
    `while [ -d ${folder} ] && [ ! -e ${folder}/go ]; do sleep 0.05; done; ${installs("1.2.3")}`;

  const npmRuns = (): number[] => {
    const file = path.join(folder, "npm-runs");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
  };
  const env = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${path.join(folder, "bin")}:${process.env.PATH}` });

  function run(): { status: number | null; stderr: string } {
    return spawnSync(process.execPath, [script], { cwd: checkout, encoding: "utf8", env: env() });
  }
  function start(): { child: ChildProcess; said: () => string } {
    const child = spawn(process.execPath, [script], { cwd: checkout, env: env() });
    running.push(child);
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    return { child, said: () => said };
  }

  it("installs the packages of a fresh clone once", () => {
    const { status, stderr } = run();
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Installing the locked npm packages/);
    assert.equal(run().stderr, "");
    assert.equal(npmRuns().length, 1);
  });

  it("installs again when the lock file names another version, or an install was interrupted", () => {
    run();
    locked("1.3.0");
    npm(installs("1.3.0"));
    run();
    assert.equal(npmRuns().length, 2);
    rmSync(path.join(checkout, "node_modules/.package-lock.json"));
    run();
    assert.equal(npmRuns().length, 3);
  });

  it("says why npm failed, and tries again the next time", () => {
    npm("echo 'npm error network connect ECONNREFUSED' >&2; exit 1");
    const { status, stderr } = run();
    assert.equal(status, 2);
    assert.match(stderr, /ECONNREFUSED\nnpm ci failed \(1\).*then run the same command again/s);
    npm(installs("1.2.3"));
    assert.equal(run().status, 0);
  });

  it("refuses an old Node, unless the packages bring a newer one", () => {
    write("checkout/package.json", JSON.stringify({ engines: { node: ">=999.1" } }));
    const { status, stderr } = run();
    assert.equal(status, 2);
    assert.match(stderr, /Node \S+ is too old, 999\.1 or newer is needed\. Install it, then run/);
    write("checkout/node_modules/.bin/node", "");
    assert.equal(run().status, 0);
  });

  it("lets one of two commands install while the other waits", async () => {
    npm(installsWhenAllowed());
    const first = start();
    await until("npm runs", LIMIT_MS, () => npmRuns().length === 1);
    const second = start();
    await until("the second command waits", LIMIT_MS, () => second.said().includes("is installing packages here"));
    write("go", "");
    for (const { child, said } of [first, second]) {
      await until("the command ends", LIMIT_MS, () => child.exitCode !== null);
      assert.equal(child.exitCode, 0, said());
    }
    assert.equal(npmRuns().length, 1);
  });

  it("waits for the npm of a command that was killed, and installs anew when npm is killed too", async () => {
    npm(installsWhenAllowed());
    const first = start();
    await until("npm runs", LIMIT_MS, () => npmRuns().length === 1);
    first.child.kill("SIGKILL");
    const others = [start(), start()];
    for (const { said } of others) {
      await until("the next commands wait", LIMIT_MS, () => said().includes("is installing packages here"));
    }
    assert.equal(npmRuns().length, 1, "a second npm works in the same folder");
    process.kill(npmRuns()[0] ?? 0, "SIGKILL");
    await until("one of the two installs", LIMIT_MS, () => npmRuns().length === 2);
    write("go", "");
    for (const { child, said } of others) {
      await until("the command ends", LIMIT_MS, () => child.exitCode !== null);
      assert.equal(child.exitCode, 0, said());
    }
    assert.equal(npmRuns().length, 2, "both installed");
  });
});
