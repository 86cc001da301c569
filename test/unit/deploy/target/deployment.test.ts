import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import * as commands from "@ghrunners/deploy/target/commands";
import * as queries from "@ghrunners/deploy/target/queries";
import { MarkedExecutor } from "@ghrunners/deploy/target/executor";
import { InProcessExecutor } from "../support/in-process";
import { LocalTarget } from "../support/target";

describe("a deployment on a target", function () {
  this.timeout(30_000);
  let target: LocalTarget;
  beforeEach(() => (target = new LocalTarget(() => new InProcessExecutor())));
  afterEach(() => target.remove());

  it("installs a first version, then a second one, and keeps records and metrics", async () => {
    const first = await target.deploy(target.request("1"));
    assert.deepEqual([first.deployment.outcome, target.whole()], ["succeeded", "1"]);
    const second = await target.deploy(target.request("2"));
    assert.equal(second.deployment.outcome, "succeeded");
    assert.equal(second.deployment.previousVersion, "1");
    assert.equal(target.whole(), "2");
    assert.deepEqual(target.leftovers(), []);
    const metrics = readFileSync(target.folders.metrics, "utf8");
    assert.match(metrics, /^deployment_outcomes_total\{outcome="succeeded"\} 2$/m);
    assert.match(metrics, /^deployment_version_info\{version="2"\} 1$/m);
    assert.doesNotMatch(metrics, /deployment_lock_timestamp_seconds \d/);
  });

  it("removes releases that a lower limit no longer keeps, never the current one, and not while one is open", async () => {
    const generous = target.plan({ limits: { keepReleases: 4 } });
    for (const version of ["1", "2", "3"]) await target.deploy(target.request(version, {}, generous));
    const frugal = target.request("3", {}, target.plan({ limits: { keepReleases: 2 } }));
    assert.deepEqual(
      queries.outdated(target.agent(), frugal).releases.map(({ version }) => version),
      ["1"],
    );
    const { token } = await commands.begin(target.agent(), target.request("4", {}, generous));
    assert.throws(() => commands.prune(target.agent(), frugal), /has held the lock since/);
    commands.giveUp(target.agent(), token);
    await commands.watch(target.agent());
    assert.equal(commands.prune(target.agent(), frugal).releases.length, 1);
    assert.deepEqual(commands.prune(target.agent(), frugal).releases, []);
    assert.equal(target.whole(), "3");
  });

  for (const [name, traits, code] of [
    ["fails its health check", { unhealthy: true }, "health_check"],
    ["fails a smoke test", { halfBroken: true }, "smoke_test"],
  ] as const) {
    it(`undoes a version that ${name}`, async () => {
      await target.deploy(target.request("1"));
      const before = target.application();
      const { deployment, rollback, incident } = await target.deploy(target.request("2", traits));
      assert.deepEqual([deployment.outcome, deployment.failure?.code], ["rolled_back", code]);
      assert.deepEqual(target.application(), before);
      assert.deepEqual([rollback?.proved, rollback?.to, rollback?.kept], [true, "1", ["schema"]]);
      assert.equal(incident?.severity, "warning");
      assert.ok(existsSync(path.join(target.folders.forensics, deployment.id, "deployment.json")));
      assert.deepEqual(target.leftovers(), []);
    });
  }

  it("removes all of a first version that fails", async () => {
    const { deployment } = await target.deploy(target.request("1", { unhealthy: true }));
    assert.equal(deployment.outcome, "rolled_back");
    // "stop" brings its service up again as an undo: nothing else is left.
    rmSync(path.join(target.root, "srv/up"));
    assert.equal(target.whole(), "nothing");
  });

  it("deploys, rolls back, deploys again", async () => {
    await target.deploy(target.request("1"));
    await target.deploy(target.request("2", { unhealthy: true }));
    const { deployment } = await target.deploy(target.request("2"));
    assert.deepEqual([deployment.outcome, target.whole()], ["succeeded", "2"]);
    const { open, last } = queries.show(target.agent());
    assert.equal(open, null);
    assert.deepEqual(
      last.map(({ version, outcome, failure }) => [version, outcome, failure?.code]),
      [
        ["2", "succeeded", undefined],
        ["2", "rolled_back", "health_check"],
        ["1", "succeeded", undefined],
      ],
    );
    assert.ok((last[0]?.seconds.commit ?? -1) >= 0);
  });

  it("says before anything is touched that the same version is there, and that it is healthy", async () => {
    await target.deploy(target.request("1"));
    const before = target.application();
    const request = target.request("1");
    const seen = await queries.inspect(target.agent(), request);
    assert.equal(seen.version, "1");
    assert.equal(seen.sha256, request.artefact.sha256);
    assert.deepEqual(seen.problems, []);
    assert.ok(seen.checks.every(({ ok }) => ok));
    assert.deepEqual(target.application(), before);
  });

  it("changes nothing by a read-only command", async () => {
    await target.deploy(target.request("1"));
    const journal = readFileSync(target.folders.journal, "utf8");
    const seen = await queries.inspect(target.agent(), target.request("2"));
    assert.deepEqual(seen.problems, []);
    assert.equal(readFileSync(target.folders.journal, "utf8"), journal);
    assert.deepEqual([target.whole(), target.leftovers()], ["1", []]);
  });

  it("refuses to go on from an unhealthy version: an undo could not be proved", async () => {
    await target.deploy(target.request("1"));
    writeFileSync(path.join(target.root, "etc/site.conf"), "changed by hand");
    const { deployment, rollback } = await target.deploy(target.request("2"));
    assert.deepEqual([deployment.outcome, deployment.failure?.code, rollback], ["refused", "preflight", undefined]);
    assert.match(deployment.failure?.detail ?? "", /proxy.*changed by hand.*expected "site of 1"/);
    assert.deepEqual(target.leftovers(), []);
  });

  it("refuses a migration after which the installed version could not come back", async () => {
    await target.deploy(target.request("1"));
    const plan = target.plan();
    const steps = plan.steps.map((step) => (step.kind === "expand" ? { ...step, oldestVersion: "2" } : step));
    const { deployment } = await target.deploy(target.request("3", {}, { ...plan, steps }));
    assert.equal(deployment.outcome, "refused");
    assert.match(deployment.failure?.detail ?? "", /only version 2 or newer works, and 1 is installed/);
  });

  it("refuses a migration where the installed version cannot be compared with what it needs", async () => {
    await target.deploy(target.request("1-rc1"));
    const { deployment } = await target.deploy(target.request("3"));
    assert.equal(deployment.outcome, "refused");
    assert.match(deployment.failure?.detail ?? "", /only version 1 or newer works, and 1-rc1 is installed/);
  });

  it("takes no artefact with another SHA-256, and goes on from there", async () => {
    const request = target.request("1");
    const agent = target.agent();
    const { token } = await commands.begin(agent, request);
    await assert.rejects(commands.put(agent, token, Readable.from(["half of it"])), /arrived with SHA-256/);
    const { deployment } = await commands.run(agent, token, "The artefact did not arrive.");
    assert.deepEqual([deployment.outcome, target.whole(), target.leftovers()], ["cancelled", "nothing", []]);
  });

  it("keeps the newest releases only", async () => {
    for (const version of ["1", "2", "3"]) await target.deploy(target.request(version));
    assert.deepEqual(
      ["1", "2", "3"].map((version) => existsSync(path.join(target.root, "opt/demo/releases", version))),
      [false, true, true],
    );
  });

  it("names the state and keeps the lock when the undo fails, and lets it be tried again", async () => {
    // The undo is a program of the shell.
    const agent = () => target.agent(undefined, new MarkedExecutor(target.root));
    const plan = target.plan();
    const broken = path.join(target.root, "srv/broken");
    const undo = ["sh", "-c", `test ! -e ${broken} && touch {root}/srv/up`];
    const steps = plan.steps.map((step) => (step.name === "stop" ? { ...step, undo } : step)) as typeof plan.steps;
    await target.deploy(target.request("1"), agent());
    writeFileSync(broken, "");
    const { deployment, incident } = await target.deploy(
      target.request("2", { unhealthy: true }, { ...plan, steps }),
      agent(),
    );
    assert.equal(deployment.outcome, "rollback_failed");
    assert.equal(incident?.severity, "critical");
    assert.match(incident?.state ?? "", /Not undone: "unpack", "stop"/);
    assert.match(readFileSync(target.folders.metrics, "utf8"), /^deployment_partial_state 1$/m);
    await assert.rejects(target.deploy(target.request("3"), agent()), /could not be undone, and its lock is kept/);
    rmSync(broken);
    const again = await commands.retryUndo(agent());
    assert.deepEqual([again.deployment.outcome, target.whole(), target.leftovers()], ["rolled_back", "1", []]);
    assert.match(readFileSync(target.folders.metrics, "utf8"), /^deployment_partial_state 0$/m);
  });
});
