import assert from "node:assert/strict";
import { standingHosts } from "@ghrunners/lab/hosts/index";
import { until } from "@ghrunners/core/until";
import {
  chosen,
  deploy,
  DEPLOYMENT_MS,
  incidents,
  issuesOf,
  recordOf,
  wholeVersion,
  why,
} from "../support/github-deployments";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";

describe("deployments through GitHub that are broken off", () => {
  let rehearsal: Rehearsal;
  before(async () => {
    rehearsal = await Rehearsal.ready();
    await rehearsal.labCommand("demo-app");
    await chosen(rehearsal, "primary");
    const ended = await deploy("2").end();
    assert.equal(ended.code, 0, ended.all);
    // Incidents that earlier tests left on the target are sent first, so that these tests see only their own.
    assert.equal((await incidents("--send")).code, 0);
  });
  afterEach(() => rehearsal.labCommand("fault", "clear"));

  it("keeps the incident while GitHub is down at the end, and sends it once later", async () => {
    await chosen(rehearsal, "primary");
    const started = deploy("3-half-broken");
    await started.says('step "start": ok', DEPLOYMENT_MS);
    await rehearsal.labCommand("fault", "github-down");
    await started.says("GitHub does not answer", DEPLOYMENT_MS);
    const back = await until("the target is whole again and has its incident", DEPLOYMENT_MS, async () => {
      const { result, code } = await incidents();
      const unsent = result.targets.flatMap((each) => each.incidents).filter(({ issue }) => issue === null);
      return unsent.length === 1 ? { code, id: unsent[0]?.incident.deployment ?? "" } : undefined;
    });
    assert.equal(back.code, 1);
    const metric = "grep ^deployment_incidents_unsent /var/lib/prometheus/node-exporter/ghrunners_deploy.prom";
    assert.equal(await rehearsal.inMachine(standingHosts.app.id, "sh", "-c", metric), "deployment_incidents_unsent 1");
    await rehearsal.labCommand("fault", "clear");
    const ended = await started.end();
    assert.deepEqual([ended.code, recordOf(ended).outcome], [1, "rolled_back"], ended.all);
    // The job may have reported it by itself when GitHub was back; either way it is once.
    await Promise.all([incidents("--send"), incidents("--send")]);
    assert.equal((await incidents()).code, 0);
    assert.equal((await issuesOf(rehearsal, back.id)).length, 1);
    assert.equal(await wholeVersion(rehearsal), "2");
  });

  it("rolls back when it is cancelled in the middle by Ctrl-C", async () => {
    await chosen(rehearsal, "primary");
    const started = deploy("3-slow");
    await started.says('step "start": ok', DEPLOYMENT_MS);
    started.interrupt();
    const ended = await started.end();
    assert.equal(ended.code, 1, ended.all);
    assert.deepEqual([recordOf(ended).outcome, ended.result.run?.conclusion], ["rolled_back", "cancelled"], ended.all);
    assert.equal(await wholeVersion(rehearsal), "2");
  });

  it("power cut of the runner in the middle: the target goes back by itself, the other runner deploys", async () => {
    await chosen(rehearsal, "primary");
    const started = deploy("3-slow");
    await started.says('step "start": ok', DEPLOYMENT_MS);
    await rehearsal.labCommand("fault", "stop", "primary");
    const ended = await started.end();
    assert.deepEqual([ended.code, ended.result.lost], [1, primary.name], ended.all);
    assert.match(ended.all, /the deployer is silent: its lease has expired, app rolls back by itself/);
    const { id, outcome, failure } = recordOf(ended);
    assert.deepEqual([outcome, failure?.code], ["rolled_back", "lease_expired"]);
    const told = await why(ended.result.run?.url ?? "");
    assert.deepEqual([told.code, told.result.cause.kind, told.result.targets[0]?.own?.id], [1, "rolled_back", id]);
    assert.match(
      told.result.cause.words,
      /^Version 3-slow was rolled back on app, version 2 is back \(lease_expired\)/,
    );
    // Its host is off: that is reported, and everything else is reported all the same.
    const lost = told.result.runners.find(({ name }) => name === primary.name);
    assert.deepEqual([lost?.unit, typeof lost?.problem], [null, "string"], told.all);
    assert.equal(await wholeVersion(rehearsal), "2");
    // The deployer was gone and could not report: the next deployment to the target does.
    assert.deepEqual(await issuesOf(rehearsal, id), []);
    await chosen(rehearsal, "secondary");
    const next = await deploy("1").end();
    assert.deepEqual([next.code, recordOf(next).outcome], [0, "succeeded"], next.all);
    assert.ok(recordOf(next).owner.endsWith(`@${secondary.name}`));
    assert.equal(await wholeVersion(rehearsal), "1");
    const newest = await why();
    assert.deepEqual([newest.code, newest.result.cause.words], [0, "Version 1 was deployed to app."], newest.all);
    const [used] = newest.result.runners;
    assert.deepEqual([used?.name, used?.unit, used?.job], [secondary.name, "active", null], newest.all);
    assert.match(used?.lastWord ?? "", /Job .*Deploy completed with result: Succeeded/);
    assert.equal((await issuesOf(rehearsal, id)).length, 1);
  });
});
