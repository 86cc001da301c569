/** The five idempotency checks. */
import assert from "node:assert/strict";
import { heldAfter, inWords } from "../actions";
import { recordOf } from "../deployer";
import { scriptOf } from "../app";
import type { Testbed } from "../testbed";
import type { Scenario } from "../scenario";

/** Every file that a deployment may write, with inode and time, and since when each service runs. */
const fingerprint = (testbed: Testbed): Promise<string> => testbed.app.shell(scriptOf("fingerprint.sh"));

async function succeeds(testbed: Testbed, version: string): Promise<void> {
  const deployed = await testbed.deploy(version);
  assert.deepEqual([deployed.code, recordOf(deployed).outcome], [0, "succeeded"]);
}

async function sameVersion(testbed: Testbed): Promise<string> {
  await succeeds(testbed, "2");
  const before = await fingerprint(testbed);
  const { code, result, seconds } = await testbed.deploy("2");
  assert.deepEqual({ code, result }, { code: 0, result: { kind: "unchanged", version: "2" } });
  assert.equal(await fingerprint(testbed), before);
  await testbed.assertOldOrNew("2");
  return `the second one took ${seconds.toFixed(1)} s and changed nothing`;
}

async function roundTrip(testbed: Testbed): Promise<string> {
  await succeeds(testbed, "2");
  const bad = await testbed.deploy("3-unhealthy");
  assert.equal(recordOf(bad).outcome, "rolled_back");
  await testbed.assertOldOrNew("2");
  await succeeds(testbed, "1");
  await testbed.assertOldOrNew("1");
  await succeeds(testbed, "2");
  return (await testbed.assertOldOrNew("2")).map(inWords).join("; ");
}

async function converges(testbed: Testbed): Promise<string> {
  const first = await heldAfter(testbed, "2", "activate");
  await first.kill();
  // At once: the lease of the first one may still be running.
  let refusals = 0;
  for (; refusals < 20; refusals += 1) {
    const { result } = await testbed.deploy("2");
    if (result.kind === "over") break;
    assert.equal(result.kind, "refused", JSON.stringify(result));
  }
  const records = await testbed.assertOldOrNew("2");
  assert.deepEqual(
    records.map(({ deployment }) => deployment.outcome),
    ["rolled_back", "succeeded"],
  );
  return `${records.map(inWords).join("; ")}; ${refusals} refusals before`;
}

async function nothingLeft(testbed: Testbed): Promise<string> {
  const cancelled = await heldAfter(testbed, "2", "capture");
  cancelled.signal("SIGTERM");
  await cancelled.ended();
  await testbed.assertOldOrNew("1");
  await testbed.deploy("3-half-broken");
  await testbed.assertOldOrNew("1");
  await succeeds(testbed, "2");
  return (await testbed.assertOldOrNew("2")).map(inWords).join("; ");
}

async function checkMode(testbed: Testbed): Promise<string> {
  const before = await fingerprint(testbed);
  const { code, result } = await testbed.deploy("2", { action: "check" });
  assert.equal(code, 0);
  assert.ok(result.kind === "checked" && result.problems.length === 0, JSON.stringify(result));
  assert.equal(await fingerprint(testbed), before);
  assert.deepEqual(await testbed.assertOldOrNew("1"), []);
  return `looked at ${result.steps.length} steps, changed nothing`;
}

const scenario = (id: string, title: string, proves: string, run: Scenario["run"], rehearsed: boolean): Scenario => ({
  id: `idempotency-${id}`,
  origin: "idempotency",
  title,
  proves,
  need: "target",
  rehearsed,
  run,
});

export const idempotency: readonly Scenario[] = [
  scenario(
    "same-version",
    "the same version twice changes nothing",
    "No file, no service and no record changes the second time.",
    sameVersion,
    true,
  ),
  scenario(
    "round-trip",
    "deploy, roll back, deploy the version before, deploy again",
    "Each of them ends with one complete version, whichever was installed before.",
    roundTrip,
    false,
  ),
  scenario(
    "converges",
    "a deployment that was killed is repeated at once",
    "The second one is refused while the lease is valid, then ends the first one and succeeds.",
    converges,
    false,
  ),
  scenario(
    "nothing-left",
    "cancelled, rolled back, succeeded: none leaves anything behind",
    "No lock, temporary file, process, failed unit or open marker is left after any ending.",
    nothingLeft,
    false,
  ),
  scenario("check-mode", "check mode changes nothing", "No file, no service and no record changes.", checkMode, true),
];
