/** US3: whatever ends a deployment early, the target has one complete version, and the next deployment succeeds. */
import assert from "node:assert/strict";
import { assertEnding, heldAfter, inWords, only, timed } from "../actions";
import { recordOf } from "../deployer";
import type { Testbed } from "../testbed";
import type { Scenario } from "../scenario";

async function interruption(testbed: Testbed): Promise<string> {
  const deployer = await heldAfter(testbed, "2", "activate");
  const { seconds, value } = await timed(async () => {
    // As Ctrl-C, or GitHub when a job is cancelled.
    deployer.signal("SIGTERM");
    return deployer.ended();
  });
  assert.equal(value.code, 1);
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "lease_expired");
  return `${inWords(records)}; the deployer said so ${seconds.toFixed(1)} s after the signal`;
}

async function rolledBack(testbed: Testbed, version: string, code: "health_check" | "smoke_test", word: RegExp) {
  const deployed = await testbed.deploy(version);
  assert.equal(deployed.code, 1);
  assert.match(recordOf(deployed).failure?.detail ?? "", word);
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", code);
  return records;
}

async function partialFailure(testbed: Testbed): Promise<string> {
  const records = await rolledBack(testbed, "3-half-broken", "smoke_test", /data API/);
  // What the plan declares as forward-only stays, and the record says so; all else is gone.
  assert.deepEqual(records.rollback?.kept, ["migrate"]);
  assert.equal((await testbed.look()).schema, "2");
  return inWords(records);
}

async function safeRetry(testbed: Testbed): Promise<string> {
  const first = await heldAfter(testbed, "2", "proxy");
  first.signal("SIGTERM");
  await first.ended();
  await testbed.assertOldOrNew("1");
  const again = await testbed.deploy("2");
  assert.deepEqual([again.code, recordOf(again).outcome], [0, "succeeded"]);
  const records = await testbed.assertOldOrNew("2");
  assert.deepEqual(
    records.map(({ deployment }) => deployment.outcome),
    ["rolled_back", "succeeded"],
  );
  return records.map(inWords).join("; ");
}

export const safety: readonly Scenario[] = [
  {
    id: "us3-interruption",
    origin: "US3",
    title: "an interruption rolls back",
    proves: "A signal to the deployer makes the target roll back at once, and the exit code shows it.",
    need: "target",
    rehearsed: true,
    run: interruption,
  },
  {
    id: "us3-health-check",
    origin: "US3",
    title: "a failed health check rolls back",
    proves: "A version that is not healthy is rolled back, and the record names the check.",
    need: "target",
    rehearsed: true,
    run: async (testbed) => inWords(await rolledBack(testbed, "3-unhealthy", "health_check", /health endpoint/)),
  },
  {
    id: "us3-partial-failure",
    origin: "US3",
    title: "a partial failure leaves nothing of the new version behind",
    proves:
      "A version that is healthy but fails a smoke test is rolled back; only the declared migration stays, and is recorded.",
    need: "target",
    rehearsed: true,
    run: partialFailure,
  },
  {
    id: "us3-safe-retry",
    origin: "US3",
    title: "a retry after an interruption succeeds",
    proves: "A rolled back attempt leaves nothing that prevents the next one.",
    need: "target",
    rehearsed: true,
    run: safeRetry,
  },
];
