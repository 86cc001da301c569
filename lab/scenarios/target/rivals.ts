/** Two deployers and one target; and a rollback that cannot be done, which keeps the next deployer out. */
import assert from "node:assert/strict";
import { assertEnding, heldAfter, heldAt, inWords, only, timed } from "../actions";
import { recordOf } from "../deployer";
import type { Testbed } from "../testbed";
import { BETWEEN, UNDO } from "../plan";
import type { Scenario } from "../scenario";

/** One after the other: the second one is refused with a reason while the first one works, and may try again. */
async function concurrent(testbed: Testbed): Promise<string> {
  const first = await heldAfter(testbed, "2", "stop");
  const { result, code } = await testbed.deploy("2", { user: "second" });
  assert.equal(code, 1);
  assert.ok(result.kind === "refused", JSON.stringify(result));
  assert.match(result.reason, /Deployment .* of version 2 by .* has held the lock since .* Expected a free target/);
  await testbed.app.release(BETWEEN);
  assert.equal(recordOf(await first.ended()).outcome, "succeeded");
  const again = await testbed.deploy("2", { user: "second" });
  assert.deepEqual(again.result, { kind: "unchanged", version: "2" });
  return inWords(only(await testbed.assertOldOrNew("2")));
}

/** All at the same moment, for the same lock. */
async function race(testbed: Testbed): Promise<string> {
  const rivals = ["first", "second", "third"].map((user) => testbed.start("2", { user }));
  const ended = await Promise.all(rivals.map((rival) => rival.ended()));
  const kinds = ended.map(({ result }) => result.kind).sort();
  const over = ended.filter(({ result }) => result.kind === "over");
  assert.equal(over.length, 1, `expected one that deployed, seen ${kinds.join(", ")}`);
  const records = only(await testbed.assertOldOrNew("2"));
  assert.equal(records.deployment.outcome, "succeeded");
  return `${inWords(records)}; the three: ${kinds.join(", ")}`;
}

/** A deployer that sleeps past its lease and wakes up when another one has deployed. */
async function lateDeployer(testbed: Testbed): Promise<string> {
  const late = await heldAfter(testbed, "2", "activate");
  late.signal("SIGSTOP");
  await testbed.app.rests();
  const other = await testbed.deploy("2", { user: "other" });
  assert.equal(recordOf(other).outcome, "succeeded");
  late.signal("SIGCONT");
  const { result } = await late.ended();
  assert.ok(result.kind === "over" && result.records.deployment.outcome === "rolled_back", JSON.stringify(result));
  const records = await testbed.assertOldOrNew("2");
  assert.deepEqual(
    records.map(({ deployment }) => deployment.outcome),
    ["rolled_back", "succeeded"],
  );
  return records.map(inWords).join("; ");
}

/**
 * An obstacle makes the undo fail: the deployer reports it by name, the target stays locked, and one command repairs
 * it.
 */
async function failedRollback(testbed: Testbed): Promise<string> {
  const deployer = await heldAt(testbed, "3-unhealthy", UNDO, { holdAfter: "activate" });
  await testbed.app.obstructUndo();
  await testbed.app.release(UNDO);
  const deployed = await deployer.ended();
  assert.equal(deployed.code, 1);
  assert.equal(recordOf(deployed).outcome, "rollback_failed");
  const failed = only(await testbed.records());
  assert.equal(failed.incident?.severity, "critical");
  assert.match(failed.incident?.state ?? "", /Not undone: "unpack", "stop", "backend unit"\..*The lock is kept/);
  const metrics = await testbed.metrics();
  assert.equal(metrics.get("deployment_partial_state"), 1);
  assert.ok((metrics.get("deployment_lock_timestamp_seconds") ?? 0) > 0, "the lock is not seen in the metrics");
  const refused = await testbed.deploy("2");
  assert.ok(refused.result.kind === "refused", JSON.stringify(refused.result));
  assert.match(refused.result.reason, /could not be undone, and its lock is kept.*--retry-rollback/);
  await testbed.app.clearUndo();
  const { seconds, value } = await timed(() => testbed.deploy("3-unhealthy", { action: "retry rollback" }));
  assert.deepEqual([value.code, recordOf(value).outcome], [0, "rolled_back"]);
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "health_check");
  return `${failed.incident?.title}; repaired and tried again in ${seconds.toFixed(1)} s: ${inWords(records)}`;
}

/** The old version cannot be proved healthy, because what it needs stays away for longer. */
async function unprovenRollback(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "start");
  await testbed.app.shell("systemctl stop postgresql.service");
  await testbed.app.release(BETWEEN);
  assert.equal(recordOf(await deployer.ended()).outcome, "rollback_failed");
  const failed = only(await testbed.records());
  assert.match(failed.incident?.state ?? "", /Every step was undone, but the old version is not healthy.*database/);
  await testbed.app.shell("systemctl start postgresql.service");
  const retried = await testbed.deploy("2", { action: "retry rollback" });
  assert.deepEqual([retried.code, recordOf(retried).outcome], [0, "rolled_back"]);
  return inWords(only(await testbed.assertOldOrNew("1")));
}

const scenario = (
  id: string,
  origin: Scenario["origin"],
  title: string,
  proves: string,
  run: Scenario["run"],
  rehearsed = false,
): Scenario => ({ id, origin, title, proves, need: "target", rehearsed, run });

export const rivals: readonly Scenario[] = [
  scenario(
    "chaos-concurrent",
    "chaos",
    "a second deployment while one runs",
    "The second one is refused with the id of the first, changes nothing, and can be repeated later.",
    concurrent,
  ),
  scenario(
    "rival-race",
    "rival",
    "three deployers race for the lock",
    "Exactly one deploys; the others are refused, or find the version already installed.",
    race,
  ),
  scenario(
    "rival-late",
    "rival",
    "a deployer is suspended until its lease has expired, then continues",
    "The fencing token prevents it from changing what the next deployment did.",
    lateDeployer,
  ),
  scenario(
    "rollback-fails",
    "rival",
    "a rollback that fails",
    "A critical incident names what is not undone, the target stays locked, and after the repair one command completes the rollback.",
    failedRollback,
    true,
  ),
  scenario(
    "rollback-unproved",
    "rival",
    "a rollback to a version that cannot be proved healthy",
    "The rollback counts as failed until the old version is seen to be healthy.",
    unprovenRollback,
  ),
];
