import assert from "node:assert/strict";
import { currentInstance } from "@ghrunners/lab/instance";
import { scenarios } from "@ghrunners/lab/scenarios/all";
import { Testbed } from "@ghrunners/lab/scenarios/testbed";
import { runScenario } from "@ghrunners/lab/scenarios/run";

/**
 * The essential scenarios of `npm run scenarios`: the same functions. All of them take half an hour
 * (docs/reference/scenarios.md).
 */
describe("scenarios of deployments", () => {
  let testbed: Testbed;

  before(async () => {
    process.env.GHRUNNERS_LAB ||= "test";
    testbed = await Testbed.open(currentInstance(), () => undefined);
  });

  for (const scenario of scenarios.filter(({ rehearsed }) => rehearsed)) {
    it(`${scenario.id}: ${scenario.title}`, async () => {
      const { passed, seen, seconds } = await runScenario(scenario, testbed);
      assert.ok(passed, seen);
      process.stdout.write(`      ${seconds.toFixed(1)} s: ${seen}\n`);
    });
  }
});
