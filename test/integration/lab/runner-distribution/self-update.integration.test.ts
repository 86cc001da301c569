import assert from "node:assert/strict";
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { until } from "@ghrunners/core/until";
import { type InstalledRunner, ListenerRig } from "./rig";

const before = "2.335.1";
const after = "2.336.0";

describe("the self-update of the stand-in runner", function () {
  this.timeout(60_000);
  let rig: ListenerRig;
  beforeEach(async () => {
    rig = await ListenerRig.start();
  });
  afterEach(() => rig.close());

  const configured = async (name: string, ...flags: string[]): Promise<InstalledRunner> => {
    const runner = rig.unpack(before);
    const done = await runner.configure(["--name", name, "--labels", "lab", ...flags]);
    assert.equal(done.code, 0, done.output);
    return runner;
  };
  const online = async (runner: InstalledRunner, name: string, program?: readonly string[]): Promise<void> => {
    runner.start(program);
    await until("online", 10_000, () => rig.status(name) === "online");
  };
  const request = (name: string): unknown => rig.services.faults.set("runner-update", { name, version: after });
  const version = (): string | null | undefined => rig.services.store.state.runners[0]?.version;
  const diagnostics = ({ dir }: InstalledRunner): string[] =>
    readdirSync(path.join(dir, "_diag")).filter((file) => file.startsWith("SelfUpdate-"));

  it("puts the release beside the old one, leads the links to it, and ends to be started again", async () => {
    const runner = await configured("updates");
    await online(runner, "updates");
    assert.equal(version(), before);
    request("updates");
    assert.equal(await runner.exited, 3, runner.output);
    assert.match(runner.output, /Downloading 2\.336\.0 runner\n/);
    for (const part of ["bin", "externals"]) {
      assert.equal(readlinkSync(path.join(runner.dir, part)), path.join(runner.dir, `${part}.${after}`));
      assert.ok(lstatSync(path.join(runner.dir, `${part}.${before}`)).isDirectory());
    }
    assert.ok(existsSync(path.join(runner.dir, "externals", "node24")));
    const [log = "", ...others] = diagnostics(runner);
    assert.deepEqual(others, []);
    assert.match(log, /^SelfUpdate-\d{8}-\d{6}\.log\.succeed$/);
    assert.match(readFileSync(path.join(runner.dir, "_diag", log), "utf8"), /Update succeed\n$/);
    assert.deepEqual(rig.services.faults.list(), []);
    await online(runner, "updates");
    assert.equal(version(), after);
    assert.equal(await runner.stop(), 0);
    request("updates");
    runner.start(["./bin/Runner.Listener", "run", "--once"]);
    assert.equal(await runner.exited, 4, runner.output);
  });

  it("is started again by the service, from the release that it has fetched", async () => {
    const runner = await configured("serves");
    await online(runner, "serves", ["bash", "./bin/runsvc.sh"]);
    request("serves");
    await until("it is online with the new release", 20_000, () => version() === after);
    assert.match(runner.output, /Runner listener exit because of updating, re-launch runner in 5 seconds\./);
    assert.equal(await runner.stop("SIGTERM"), 0);
  });

  it("is not requested of a runner that was registered with --disableupdate", async () => {
    const runner = await configured("stays", "--disableupdate");
    await online(runner, "stays");
    request("stays");
    // The next message comes through, so the one before it was not sent.
    rig.services.faults.set("runner-migrated", { name: "stays" });
    await until("the next message is there", 10_000, () => existsSync(path.join(runner.dir, ".runner_migrated")));
    await until("online again", 10_000, () => rig.status("stays") === "online");
    assert.ok(lstatSync(path.join(runner.dir, "bin")).isDirectory());
    assert.deepEqual(
      rig.services.faults.list().map(({ name }) => name),
      ["runner-update"],
    );
    assert.equal(await runner.stop(), 0);
    assert.doesNotMatch(runner.output, /update/);
  });

  it("fails in a folder that the listener may not write to: it changes nothing, and its next start goes on", async () => {
    const runner = await configured("held");
    assert.equal((await runner.exec(["mkdir", "_work"])).code, 0);
    chmodSync(runner.dir, 0o555);
    try {
      await online(runner, "held");
      request("held");
      assert.equal(await runner.exited, 2);
      assert.match(runner.output, /Runner update process finished\.\nAn error occurred: EACCES\b.*/);
      assert.deepEqual(
        readdirSync(runner.dir).filter((name) => name.includes(".2.")),
        [],
      );
      assert.ok(existsSync(path.join(runner.dir, "_work", "_update", "bin")));
      assert.deepEqual(diagnostics(runner), []);
      await online(runner, "held");
      assert.equal(version(), before);
      assert.equal(await runner.stop(), 0);
    } finally {
      chmodSync(runner.dir, 0o755);
    }
  });
});
