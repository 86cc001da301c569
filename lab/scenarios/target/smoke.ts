/** The fourteen smoke tests, each against a version in which what it asks is broken. */
import assert from "node:assert/strict";
import type { PlanInput } from "@ghrunners/deploy/plan/schema";
import { categories } from "@ghrunners/deploy/protocol/request";
import { assertEnding, inWords, only } from "../actions";
import { BROKEN } from "../artefacts";
import type { Testbed } from "../testbed";
import type { Scenario } from "../scenario";

/** Health checks that ask the machine alone: the broken version has to get as far as the smoke tests. */
const machineOnly = (plan: PlanInput): PlanInput => ({
  ...plan,
  health: categories.map((category) => ({ name: category, category, probe: { kind: "disk" as const, path: "/" } })),
});

async function everySmokeTestFails(testbed: Testbed): Promise<string> {
  await testbed.deploy(BROKEN, { plan: machineOnly });
  const records = only(await testbed.assertOldOrNew("1"));
  await assertEnding(testbed, records, "rolled_back", "smoke_test");
  const checks = records.deployment.actions.find(({ name }) => name === "smoke")?.checks ?? [];
  const tests = checks.filter(({ name }) => name !== "hold");
  assert.equal(tests.length, 14);
  assert.deepEqual(
    tests.filter(({ ok }) => ok).map(({ name }) => name),
    [],
    "these smoke tests passed against a version in which everything is broken",
  );
  return `${inWords(records)}; failed: ${tests.map(({ name }) => name).join(", ")}`;
}

async function everySmokeTestPasses(testbed: Testbed): Promise<string> {
  await testbed.deploy("2");
  const records = only(await testbed.assertOldOrNew("2"));
  assert.equal(records.deployment.outcome, "succeeded");
  const checks = records.deployment.actions.find(({ name }) => name === "smoke")?.checks ?? [];
  const tests = checks.filter(({ name }) => name !== "hold");
  assert.deepEqual([tests.length, tests.filter(({ ok }) => !ok)], [14, []]);
  return `${inWords(records)}; ${tests.length} passed`;
}

export const smoke: readonly Scenario[] = [
  {
    id: "smoke-passes",
    origin: "smoke",
    title: "the 14 smoke tests pass against a good version",
    proves: "A good version passes each of them.",
    need: "target",
    rehearsed: false,
    run: everySmokeTestPasses,
  },
  {
    id: "smoke-fails",
    origin: "smoke",
    title: "the 14 smoke tests fail against a broken version",
    proves: "Each test can fail: in this version every page, every response and the proxy are broken.",
    need: "target",
    rehearsed: false,
    run: everySmokeTestFails,
  },
];
