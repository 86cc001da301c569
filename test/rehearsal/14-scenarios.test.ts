import assert from "node:assert/strict";
import { currentInstance } from "@ghrunners/lab/instance";
import { scenarios } from "@ghrunners/lab/scenarios/all";
import { Ground } from "@ghrunners/lab/scenarios/ground";
import { runScenario } from "@ghrunners/lab/scenarios/run";

/** The essential scenarios of `npm run scenarios`: the same functions. All of them take half an hour (docs/reference/scenarios.md). */
describe("scenarios of deployments", function () {
  this.timeout(300_000);
  let ground: Ground;

  before(async () => {
    process.env.GHRUNNERS_LAB ||= "test";
    ground = await Ground.open(currentInstance(), () => undefined);
  });

  for (const scenario of scenarios.filter(({ rehearsed }) => rehearsed)) {
    it(`${scenario.id}: ${scenario.title}`, async () => {
      const { passed, seen, seconds } = await runScenario(scenario, ground);
      assert.ok(passed, seen);
      process.stdout.write(`      ${seconds.toFixed(1)} s: ${seen}\n`);
    });
  }
});
