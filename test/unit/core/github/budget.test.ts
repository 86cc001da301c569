import assert from "node:assert/strict";
import fc from "fast-check";
import { nextDelayMs, pauseUntil, silenceLeft } from "@ghrunners/core/github/back-off";
import { mayAsk, newBudget, refill, spend } from "@ghrunners/core/github/budget";

describe("the budget of requests", () => {
  it("never gives more than the share and its burst, whatever happens", () => {
    const step = fc.record({ pause: fc.integer({ min: 0, max: 600 }), status: fc.constantFrom(200, 304, 500) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let [now, budget, paid] = [0, newBudget(0.1, 0), 0];
        for (const { pause, status } of steps) {
          now += pause;
          budget = refill(budget, now);
          if (!mayAsk(budget, 0)) continue;
          budget = spend(budget, status);
          if (status !== 304) paid += 1;
        }
        assert.ok(paid <= 50 + (500 * now) / 3600 + 1, `${paid} requests in ${now} s`);
      }),
    );
  });

  it("leaves something for what matters more, and follows the limit that GitHub tells", () => {
    let budget = newBudget(0.1, 0);
    for (let spent = 0; spent < 45; spent += 1) budget = spend(budget, 200);
    assert.deepEqual([mayAsk(budget, 0), mayAsk(budget, 0.15)], [true, false]);
    assert.equal(refill(budget, 0, 1500).tokens, 5);
    assert.equal(refill(budget, 3600, 1500).tokens, 150);
  });
});

describe("requests after a refusal by GitHub", () => {
  it("a pause that was set by a clock that was ahead does not last for a day", () => {
    assert.deepEqual([silenceLeft(0, 5), silenceLeft(5_005, 5), silenceLeft(86_400_000, 5)], [0, 5_000, 0]);
  });

  it("GitHub's answer says how long the pause is", () => {
    const refusal = (status: number, headers: Record<string, string> = {}, message = ""): number | undefined =>
      pauseUntil({ status, headers, message }, 5_000);
    assert.equal(refusal(403, { "retry-after": "60" }), 65_000);
    assert.equal(refusal(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "100" }), 100_000);
    assert.equal(refusal(429), 65_000);
    assert.equal(refusal(403, {}, "You have exceeded a secondary rate limit."), 65_000);
    assert.equal(refusal(403, {}, "Resource not accessible by personal access token"), undefined);
    assert.equal(refusal(500), undefined);
  });

  it("an endpoint is asked less and less, and never less than every five minutes", () => {
    const delays = [0, 1, 2, 3, 20].map((failures) => nextDelayMs(15_000, failures, 1));
    assert.deepEqual(delays, [15_000, 30_000, 60_000, 120_000, 300_000]);
    assert.equal(nextDelayMs(15_000, 1, 0), 22_500);
  });
});
