import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { GitHubFaultName } from "@ghrunners/lab/github/faults";
import { until } from "@ghrunners/core/until";
import { ListenerRig } from "./rig";

describe("the listener of the stand-in runner", function () {
  this.timeout(60_000);
  let rig: ListenerRig;
  /** How far GitHub's clock is ahead, milliseconds. */
  let ahead = 0;
  beforeEach(async () => {
    ahead = 0;
    rig = await ListenerRig.start({ silenceMilliseconds: 800, clock: { now: () => Date.now() + ahead } });
  });
  afterEach(async () => {
    await rig.close();
  });

  const configured = async (name: string, version?: string) => {
    const runner = rig.unpack(version);
    const done = await runner.configure(["--name", name, "--labels", "lab"]);
    assert.equal(done.code, 0, done.output);
    return runner;
  };
  const fault = (kind: GitHubFaultName, name: string) => rig.services.faults.set(kind, { name });

  it("comes online, says so, and goes offline at once when it ends", async () => {
    const runner = await configured("quick");
    runner.start();
    await until("quick is online", 5_000, () => rig.status("quick") === "online");
    await until("it listens", 5_000, () => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ: Listening for Jobs/.test(runner.output));
    assert.equal(rig.services.store.state.runners[0]?.version, "2.336.0");
    assert.equal(await runner.stop("SIGTERM"), 0);
    assert.equal(rig.status("quick"), "offline");
    assert.match(runner.output, /Exiting\.\.\./);
    // One page for the configuration and one for the listener: the same file when both began in one second.
    const pages = readdirSync(path.join(runner.dir, "_diag")).filter((file) =>
      /^Runner_\d{8}-\d{6}-utc\.log$/.test(file),
    );
    assert.ok(pages.length === 1 || pages.length === 2, pages.join());
  });

  it("is shown offline after its silence when it is killed, and comes back when its session ends after four minutes", async () => {
    const runner = await configured("killed");
    runner.start();
    await until("online", 5_000, () => rig.status("killed") === "online");
    await runner.stop("SIGKILL");
    await until("offline", 5_000, () => rig.status("killed") === "offline");
    runner.start();
    const conflict = /A session for this runner already exists\./g;
    await until("it asks again", 10_000, () => (runner.output.match(conflict)?.length ?? 0) >= 2);
    assert.equal(
      runner.output.match(/Z: Runner connect error: Error: Conflict\. Retrying until reconnected\.$/gm)?.length,
      1,
    );
    assert.equal(rig.status("killed"), "offline");
    ahead = 240_000;
    await until("online again", 10_000, () => rig.status("killed") === "online");
    await until("it says so", 5_000, () => /Z: Runner reconnected\.$/m.test(runner.output));
  });

  it("reports a lost connection once, and that it is back", async () => {
    const runner = await configured("wobbly");
    runner.start();
    await until("online", 5_000, () => rig.status("wobbly") === "online");
    rig.services.faults.set("down", {});
    await until("offline", 5_000, () => rig.status("wobbly") === "offline");
    await until("it says so", 10_000, () =>
      /Runner connect error: .*\. Retrying until reconnected\./.test(runner.output),
    );
    rig.services.faults.clear("down");
    await until("it says it is back", 10_000, () => /Runner reconnected\./.test(runner.output));
    await until("online again", 5_000, () => rig.status("wobbly") === "online");
    assert.equal(runner.output.match(/Runner connect error/g)?.length, 1);
  });

  it("hangs on demand: alive and silent, offline for GitHub; a restart heals it", async () => {
    const runner = await configured("hung");
    runner.start();
    await until("online", 5_000, () => rig.status("hung") === "online");
    fault("runner-hang", "hung");
    await until("offline", 5_000, () => rig.status("hung") === "offline");
    process.kill(runner.pid, 0);
    assert.doesNotMatch(runner.output, /connect error/);
    await runner.stop();
    // The fault is for sessions of the second in which it was set, or older.
    await until(
      "the next second",
      2_000,
      () => Date.now() - Date.parse(rig.services.faults.list()[0]?.since ?? "") > 1_000,
    );
    runner.start();
    await until("online after the restart", 5_000, () => rig.status("hung") === "online");
  });

  it("ends with 1 when its version is deprecated, with 7 when asked to tell", async () => {
    const runner = await configured("old");
    fault("runner-version-deprecated", "old");
    runner.start();
    assert.equal(await runner.exited, 1);
    assert.match(runner.output, /Runner version v2\.336\.0 is deprecated and cannot receive messages/);
    runner.start(["./bin/Runner.Listener", "run"], { ACTIONS_RUNNER_RETURN_VERSION_DEPRECATED_EXIT_CODE: "1" });
    assert.equal(await runner.exited, 7);
    rig.services.faults.set("runner-version-deprecated", { name: "old", version: "2.335.1" });
    runner.start();
    await until("another version than the refused one is served", 5_000, () => rig.status("old") === "online");
  });

  it("ends with 1 when the end of its version is past, and so does the configuration of another one", async () => {
    const runner = await configured("past");
    rig.services.faults.set("version-deadline", { version: "2.336.0", days: 1 });
    runner.start();
    await until("online until then", 5_000, () => rig.status("past") === "online");
    assert.equal(await runner.stop(), 0);
    ahead = 86_400_000;
    runner.start();
    assert.equal(await runner.exited, 1);
    const words = "Runner version v2.336.0 is deprecated and cannot receive messages.";
    assert.ok(runner.output.includes(`An error occured: ${words}`), runner.output);
    const refused = await rig.unpack().configure(["--name", "late"]);
    assert.equal(refused.code, 1);
    assert.ok(refused.output.includes(`Http response code: Forbidden from 'POST `), refused.output);
    assert.ok(refused.output.includes(`\n${words}\n`), refused.output);
    assert.equal(rig.status("late"), "unknown");
    assert.equal((await rig.unpack("2.335.1").configure(["--name", "other"])).code, 0);
  });

  it("ends with 1 when its registration was deleted while it ran", async () => {
    const runner = await configured("deleted");
    runner.start();
    await until("online", 5_000, () => rig.status("deleted") === "online");
    rig.services.store.change((state) => {
      state.runners = [];
    });
    assert.equal(await runner.exited, 1);
    assert.match(runner.output, /The runner registration has been deleted from the server, please re-configure/);
  });

  it("waits while another session of the runner exists", async () => {
    const runner = await configured("double");
    fault("runner-session-conflict", "double");
    runner.start();
    await until("it says so", 5_000, () => /A session for this runner already exists\./.test(runner.output));
    assert.equal(rig.status("double"), "offline");
    rig.services.faults.clear("runner-session-conflict");
    await until("online", 10_000, () => rig.status("double") === "online");
  });

  it("keeps the settings of the service that GitHub moved it to, once, and goes on with them", async () => {
    const runner = await configured("moved");
    runner.start();
    await until("online", 5_000, () => rig.status("moved") === "online");
    fault("runner-migrated", "moved");
    const files = () => readdirSync(runner.dir).filter((name) => name.endsWith("_migrated"));
    await until("they are there", 5_000, () => files().length === 2);
    assert.deepEqual(files().sort(), [".credentials_migrated", ".runner_migrated"]);
    assert.equal(runner.read(".runner_migrated"), runner.read(".runner"));
    assert.equal((statSync(path.join(runner.dir, ".credentials_migrated")).mode & 0o777).toString(8), "600");
    assert.deepEqual(rig.services.faults.list(), []);
    await until("online again", 5_000, () => rig.status("moved") === "online");
    assert.equal(await runner.stop(), 0);
    assert.equal((await runner.remove([])).code, 0);
    assert.deepEqual(files(), []);
  });

  it("shows busy without a job, and offline although it works, on demand", async () => {
    const runner = await configured("liar");
    runner.start();
    await until("online", 5_000, () => rig.status("liar") === "online");
    const known = () => rig.services.store.state.runners[0] as { id: number; name: string };
    fault("runner-ghost-busy", "liar");
    assert.equal(rig.services.presence.isBusy(known()), true);
    assert.equal(rig.services.presence.hasJob(known().id), false);
    fault("runner-api-offline", "liar");
    assert.equal(rig.status("liar"), "offline");
    assert.equal(rig.services.presence.isConnected(known().id), true);
    await runner.stop();
    runner.start();
    await until("it is free after a restart", 5_000, () => !rig.services.presence.isBusy(known()));
  });

  it("version 2.337.0 is broken on purpose: it configures, tells its version, and crashes when it runs", async () => {
    const runner = await configured("broken", "2.337.0");
    assert.equal((await runner.exec(["./bin/Runner.Listener", "--version"])).output, "2.337.0\n");
    runner.start();
    assert.equal(await runner.exited, 134);
    assert.match(runner.output, /broken on purpose/);
    assert.equal(rig.status("broken"), "offline");
  });

  it("RunnerService.js starts the listener, passes SIGTERM on as SIGINT, and stops when no restart would help", async () => {
    const runner = await configured("service");
    runner.start(["bash", "./bin/runsvc.sh"]);
    await until("online", 5_000, () => rig.status("service") === "online");
    assert.match(runner.output, /Starting Runner listener with startup type: service/);
    assert.match(runner.output, /Started listener process, pid: \d+/);
    assert.equal(await runner.stop("SIGTERM"), 0);
    assert.match(runner.output, /Runner listener exited with error code 0/);
    assert.equal(rig.status("service"), "offline");
    fault("runner-registration-deleted", "service");
    runner.start(["bash", "./bin/runsvc.sh"]);
    assert.equal(await runner.exited, 0);
    assert.match(runner.output, /Runner listener exit with terminated error, stop the service, no retry needed\./);
  });

  it("whose registration was deleted is in no list any more, and is back when it is registered again", async () => {
    const ids = () => rig.services.store.state.runners.map(({ id }) => id);
    const runner = await configured("deleted");
    const before = ids();
    runner.start();
    await until("online", 5_000, () => rig.status("deleted") === "online");
    fault("runner-registration-deleted", "deleted");
    assert.deepEqual(ids(), []);
    assert.equal(await runner.exited, 1);
    assert.match(runner.output, /The runner registration has been deleted from the server, please re-configure/);
    const again = await configured("deleted");
    again.start();
    await until("online again", 5_000, () => rig.status("deleted") === "online");
    assert.notDeepEqual(ids(), before);
    assert.equal(await again.stop("SIGTERM"), 0);
  });

  it("needs little memory while idle", async () => {
    const runner = await configured("small");
    runner.start();
    await until("online", 5_000, () => rig.status("small") === "online");
    const status = readFileSync(`/proc/${runner.pid}/status`, "utf8");
    const mebibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    assert.ok(mebibytes < 90, `the idle listener holds ${mebibytes.toFixed(0)} MiB`);
  });
});
