import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { HostSession } from "@ghrunners/core/ssh/session";
import { projectRoot } from "@ghrunners/core/project-root";
import { bundle } from "@ghrunners/deploy/bundle";
import type { AgentFiles } from "@ghrunners/deploy/deployer/agent-files";
import { AGENT_PROGRAM } from "@ghrunners/deploy/deployer/agent-program";
import { installAgent, readOnlyAgent } from "@ghrunners/deploy/deployer/ssh";
import type { Inspection } from "@ghrunners/deploy/target/queries";
import { localAgent } from "../../../unit/deploy/support/local-agent";
import { snapshot } from "../../../unit/deploy/support/snapshot";
import { LocalTarget } from "../../../unit/deploy/support/target";

const deployFolder = path.join(projectRoot, "packages/deploy");
const text = (file: string): string => readFileSync(path.join(deployFolder, file), "utf8");

describe("the agent on a host where others can write to shared folders", function () {
  this.timeout(60_000);
  const home = mkdtempSync(path.join(tmpdir(), "ghr-locks-"));
  const program = path.join(home, "ghrunners-deploy");
  let files: AgentFiles;
  let target: LocalTarget;
  const children: ChildProcess[] = [];

  before(async () => {
    const agent = await bundle("target/main.ts");
    writeFileSync(`${program}.cjs`, agent.text);
    copyFileSync(path.join(deployFolder, "target/files/ghrunners-deploy"), program);
    chmodSync(program, 0o755);
    // Stand-ins of the host's commands: sudo, and a systemctl that accepts everything.
    for (const [name, line] of [
      ["sudo", 'shift; exec "$@"'],
      ["systemctl", "exit 0"],
      ["sync", 'for file; do [ -e "$file" ] && echo "${file#"$GHRUNNERS_ROOT"}"; done >>"$GHRUNNERS_ROOT/synced"'],
    ] as const)
      writeFileSync(path.join(home, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    files = {
      install: text("deployer/scripts/install.sh"),
      look: text("deployer/scripts/look.sh"),
      files: [
        { mode: "0644", path: `${AGENT_PROGRAM}.cjs`, text: agent.text },
        { mode: "0755", path: AGENT_PROGRAM, text: text("target/files/ghrunners-deploy") },
      ],
    };
  });
  after(() => rmSync(home, { recursive: true }));
  beforeEach(() => {
    target = new LocalTarget();
    mkdirSync(path.join(target.root, "run/lock"), { recursive: true, mode: 0o777 });
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    target.remove();
  });

  const agent = () => localAgent(program, target.root);
  const inRoot = (file: string): string => path.join(target.root, file);
  /** A session with the host, whose root folder is the target's. */
  const session = (): HostSession => ({
    run: async (command, stdin) => {
      const env = { PATH: `${home}:${process.env.PATH}`, GHRUNNERS_ROOT: target.root };
      const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { env, input: stdin, encoding: "utf8" });
      return { code: status ?? 255, stdout, stderr };
    },
    close: () => undefined,
  });
  const mode = (file: string): number => lstatSync(inRoot(file)).mode & 0o777;

  it("keeps its locks where no other user can open them", async () => {
    await agent().call(["history"], "", 10_000);
    assert.equal(await installAgent(session(), files), "installed");
    await agent().call(["begin"], JSON.stringify(target.request("1")), 10_000);
    assert.equal(mode("run/ghrunners"), 0o700);
    for (const name of readdirSync(inRoot("run/ghrunners"))) assert.equal(mode(`run/ghrunners/${name}`), 0o600, name);
    assert.deepEqual(readdirSync(inRoot("run/lock")), []);
  });

  it("is not delayed by locks of another user's process", async () => {
    chmodSync(target.root, 0o755);
    await agent().call(["begin"], JSON.stringify(target.request("1")), 10_000);
    const as = ["--reuid=65534", "--regid=65534", "--clear-groups", "flock", "--nonblock"];
    const lock = inRoot("run/ghrunners/deploy");
    const { status, stderr } = spawnSync("setpriv", [...as, "--exclusive", lock, "true"], { encoding: "utf8" });
    assert.notEqual(status, 0);
    assert.match(stderr, /Permission denied/);
  });

  it("does not wait for pipes, and follows no links, in folders that all users can write", async () => {
    const canary = inRoot("etc/canary");
    mkdirSync(path.dirname(canary), { recursive: true });
    writeFileSync(canary, "precious");
    execFileSync("mkfifo", [inRoot("run/lock/ghrunners-deploy")]);
    symlinkSync(canary, inRoot("run/lock/ghrunners-deploy-install"));
    assert.equal(await installAgent(session(), files), "installed");
    const { code } = await agent().call(["begin"], JSON.stringify(target.request("1")), 10_000);
    assert.equal(code, 0);
    assert.equal(readFileSync(canary, "utf8"), "precious");
  });

  it("refuses a folder of locks that is not its own", async () => {
    mkdirSync(inRoot("elsewhere"));
    symlinkSync(inRoot("elsewhere"), inRoot("run/ghrunners"));
    assert.equal((await agent().call(["begin"], "{}", 10_000)).code, 1);
    await assert.rejects(installAgent(session(), files), /is not a folder of this user\. .*Next: rm/);
    assert.deepEqual(readdirSync(inRoot("elsewhere")), []);
  });

  it("is not installed by a read-only command, which leaves nothing behind", async () => {
    const before = snapshot(target.root, ["."]);
    const request = target.request("1");
    const { code, value } = await readOnlyAgent(session(), files).call(["inspect"], JSON.stringify(request), 10_000);
    assert.deepEqual([code, (value as Inspection).version, (value as Inspection).problems], [0, null, []]);
    assert.deepEqual(snapshot(target.root, ["."]), before);
  });

  it("is on the disk before it is put into place: a power cut leaves no empty agent", async () => {
    assert.equal(await installAgent(session(), files), "installed");
    const names = files.files.map(({ path: file }) => file);
    const synced = readFileSync(inRoot("synced"), "utf8").trimEnd().split("\n");
    assert.deepEqual(synced, [...names.map((name) => `${name}.new`), ...names.map((name) => path.dirname(name))]);
  });

  it("stays as it is while a deployment is open, and is replaced afterwards", async () => {
    assert.equal(await installAgent(session(), files), "installed");
    assert.equal(await installAgent(session(), files), "unchanged");
    const other = { ...files, files: files.files.map((file) => ({ ...file, text: `${file.text}\n` })) };
    const { value } = await agent().call(["begin"], JSON.stringify(target.request("1")), 10_000);
    const installed = (): string => readFileSync(inRoot(`${AGENT_PROGRAM}.cjs`), "utf8");
    assert.equal(await installAgent(session(), other), "kept");
    assert.equal(installed(), files.files[0]?.text);
    assert.equal(existsSync(inRoot(`${AGENT_PROGRAM}.cjs.new`)), false);
    await agent().call(["run", String((value as { token: number }).token), "enough"], "", 30_000);
    assert.equal(await installAgent(session(), other), "installed");
    assert.equal(installed(), `${files.files[0]?.text}\n`);
  });

  it("lets the guard roll back although another process holds the former lock file", async () => {
    const old = inRoot("run/lock/ghrunners-deploy");
    const holder = spawn("flock", ["--exclusive", old, "sleep", "600"], { stdio: "ignore" });
    children.push(holder);
    const { value } = await agent().call(["begin"], JSON.stringify(target.request("1")), 10_000);
    await agent().call(["give-up", String((value as { token: number }).token)], "", 10_000);
    await agent().call(["guard"], "", 30_000);
    assert.equal(existsSync(target.folders.open), false);
  });

  for (const args of [
    ["look", "../../etc/passwd"],
    ["records", ""],
    ["claim", "x/y"],
    ["renew", ""],
    ["run", "-1"],
  ])
    it(`refuses ${JSON.stringify(args)} as wrong use`, async () => {
      const { code, value } = await agent().call(args, "", 10_000);
      assert.equal(code, 2);
      assert.match(String((value as { error: string }).error), /is not a (deployment id|token|version)\. Expected/);
    });

  it("refuses a request that is no JSON, or asks for an empty version, and touches nothing", async () => {
    const before = snapshot(target.root, ["opt", "var"]);
    assert.match(JSON.stringify(await agent().call(["begin"], "{", 10_000)), /request is not JSON/);
    const { code, value } = await agent().call(
      ["begin"],
      JSON.stringify({ ...target.request("1"), version: "" }),
      10_000,
    );
    assert.equal(code, 3);
    assert.match(JSON.stringify(value), /refuses this request: version: expected a version such as 2/);
    assert.deepEqual(snapshot(target.root, ["opt", "var"]), before);
  });

  it("refuses a request without an end before it has it all", async () => {
    const { code, value } = await agent().call(["begin"], Buffer.alloc(64 * 2 ** 20, " "), 10_000);
    assert.equal(code, 3, JSON.stringify(value));
    assert.match(JSON.stringify(value), /request has more than 4194304 bytes/);
  });
});
