import assert from "node:assert/strict";
import path from "node:path";
import { ThreadPool } from "@ghrunners/lab/simulation/pool";
import { EXITS_AT, THROWS_AT } from "./ending-thread";

describe("threads of the simulation", function () {
  this.timeout(60_000);
  let pool: ThreadPool;
  before(() => {
    pool = new ThreadPool(2, path.join(__dirname, "ending-thread.ts"));
  });
  after(() => pool.end());

  for (const [how, seed, reason] of [
    ["without a word", EXITS_AT, "exit code 9"],
    ["by an error", THROWS_AT, "the simulation is out of order"],
  ] as const)
    it(`one that ends ${how} ends the simulation with its seed, and is replaced`, async () => {
      await assert.rejects(
        pool.run({ first: seed - 22, runs: 60 }),
        new RegExp(`ended at seed ${seed}: ${reason}\\. .* Next: npm run simulate -- --runs 1 --seed ${seed}$`),
      );
      for (const first of [200, 300]) {
        const { results } = await pool.run({ first, runs: 100 });
        assert.deepEqual(
          results.map((run) => run.seed),
          Array.from({ length: 100 }, (_, index) => first + index),
        );
      }
    });
});
