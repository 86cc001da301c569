/** US2: a fault raises its alert, the right person is notified, and notified again when it is over. */
import assert from "node:assert/strict";
import { topology } from "../../topology";
import { isBackground, rehearse, rehearsedSettings } from "../../driver/alert-rehearsal";
import { FastMonitoring, type ReceivedNotification } from "../../driver/fast-monitoring";
import { rounds } from "../../driver/fault-cases";
import { until } from "@ghrunners/core/until";
import { assertEnding, heldAt, inWords, only, sendIncidents } from "../actions";
import { recordOf } from "../deployer";
import { LIMIT_MS, type Testbed } from "../testbed";
import { UNDO } from "../plan";
import type { Scenario } from "../scenario";

/** The lab's runners and the target that is deployed to. */
const settings = { ...rehearsedSettings, targets: [{ name: "app", address: topology.hosts.app.address }] };

async function watched<Value>(testbed: Testbed, work: (monitoring: FastMonitoring) => Promise<Value>): Promise<Value> {
  await testbed.everything();
  const monitoring = new FastMonitoring(testbed.instance);
  await monitoring.start(settings);
  try {
    // Both runners' exporters, their node exporters, the fleet's, and the target's.
    await monitoring.watching(6);
    return await work(monitoring);
  } finally {
    await monitoring.stop();
  }
}

function notifiedOf(
  monitoring: FastMonitoring,
  name: string,
  status: ReceivedNotification["status"],
  since: number,
): Promise<ReceivedNotification> {
  return until(`on-call hears that ${name} is ${status}`, LIMIT_MS, async () =>
    (await monitoring.told()).find(
      (each) => each.name === name && each.status === status && each.at >= since && each.labels.target === "app",
    ),
  );
}

function assertRouted({ name, receiver, annotations }: ReceivedNotification): void {
  assert.equal(receiver, "oncall-sre");
  assert.match(annotations.runbook_url ?? "", new RegExp(`\\.md#${name.toLowerCase()}$`));
}

/** A fault of the primary: it is detected and reported, then it ends, and that is reported too. */
async function degradation(testbed: Testbed): Promise<string> {
  return watched(testbed, async (monitoring) => {
    // Earlier scenarios deployed without GitHub and so opened no issues: that is an alert of its own.
    await sendIncidents();
    await monitoring.quiet(isBackground, LIMIT_MS);
    const found = rounds.flat().find(({ title }) => /listener/.test(title)) ?? assert.fail("no such fault");
    const { outcomes, wrong } = await rehearse(await testbed.everything(), monitoring, [found]);
    assert.deepEqual(wrong, []);
    for (const outcome of outcomes) assertRouted(outcome.told);
    // A runner's fault is none of the target's.
    assert.deepEqual(await testbed.assertOldOrNew("1"), []);
    return outcomes.map((each) => `${each.told.name} after ${each.seconds.toFixed(1)} s`).join(", ");
  });
}

/** A rolled back deployment reaches on-call by way of the target's own metrics. */
async function rollback(testbed: Testbed): Promise<string> {
  return watched(testbed, async (monitoring) => {
    const begun = Date.now();
    await testbed.deploy("3-unhealthy");
    const alerts = await Promise.all(
      ["DeploymentRollbackTriggered", "DeploymentHealthCheckFailed"].map((name) =>
        notifiedOf(monitoring, name, "firing", begun),
      ),
    );
    alerts.forEach(assertRouted);
    assert.equal(alerts[0]?.labels.reason, "health_check");
    const records = only(await testbed.assertOldOrNew("1"));
    await assertEnding(testbed, records, "rolled_back", "health_check");
    return `${inWords(records)}; ${alerts.map(({ name, at }) => `${name} ${((at - begun) / 1000).toFixed(1)} s after the start`).join(", ")}`;
  });
}

/** A failed rollback pages, and the page ends when it is repaired. */
async function partialState(testbed: Testbed): Promise<string> {
  return watched(testbed, async (monitoring) => {
    const deployer = await heldAt(testbed, "3-unhealthy", UNDO, { holdAfter: "activate" });
    await testbed.app.obstructUndo();
    const begun = Date.now();
    await testbed.app.release(UNDO);
    assert.equal(recordOf(await deployer.ended()).outcome, "rollback_failed");
    const firing = await notifiedOf(monitoring, "DeploymentPartialState", "firing", begun);
    assertRouted(firing);
    assert.equal(firing.labels.severity, "critical");
    await testbed.app.clearUndo();
    await testbed.deploy("3-unhealthy", { action: "retry rollback" });
    const resolved = await notifiedOf(monitoring, "DeploymentPartialState", "resolved", begun);
    const records = only(await testbed.assertOldOrNew("1"));
    return `${inWords(records)}; paged ${((firing.at - begun) / 1000).toFixed(1)} s after the undo went wrong, over at ${((resolved.at - begun) / 1000).toFixed(1)} s`;
  });
}

const scenario = (id: string, title: string, proves: string, run: Scenario["run"]): Scenario => ({
  id: `us2-${id}`,
  origin: "US2",
  title,
  proves,
  need: "everything",
  rehearsed: false,
  run,
});

export const alerts: readonly Scenario[] = [
  scenario(
    "degradation",
    "a runner that hangs raises an alert, which ends after recovery",
    "The alert reaches the receiver oncall-sre with its runbook, no other alert does, and it ends after recovery.",
    degradation,
  ),
  scenario(
    "rollback-alert",
    "a rolled back deployment reaches on-call",
    "The alerts about the rollback and the failed check name the target and the reason.",
    rollback,
  ),
  scenario(
    "partial-state-page",
    "a failed rollback pages on-call until it is repaired",
    "DeploymentPartialState is critical, reaches oncall-sre, and ends after the second try.",
    partialState,
  ),
];
