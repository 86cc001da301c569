import assert from "node:assert/strict";
import { PAUSE_VARIABLE, pauseOf, pauseProblem, pauses } from "@ghrunners/failover/choice/pause";

const now = new Date("2026-01-01T12:00:00Z");
const pause = { environment: "production", until: "2026-01-01T13:00:00Z", note: "freeze", by: "ada" };
const longer = { ...pause, until: "2026-01-01T14:00:00Z" };
const staging = { ...pause, environment: "staging", until: "2026-01-01T15:00:00Z" };

describe("pauses of deployments", () => {
  it("are kept in a variable with a schema, and name the command that ends them", () => {
    assert.deepEqual(
      [PAUSE_VARIABLE, pauses.variable, pauses.repair],
      ["DEPLOY_PAUSED", "DEPLOY_PAUSED", "ghrunners resume"],
    );
    const text = JSON.stringify({ schema: "ghrunners.pauses/1", pauses: [pause] });
    assert.equal(pauses.text([pause]), text);
    assert.deepEqual(pauses.parse(text, now), { known: true, entries: [pause] });
  });

  it("stop the deployments of their own environment alone, until the last one ends", () => {
    const all = [pause, longer, staging];
    assert.deepEqual([pauseOf(all, "production"), pauseOf(all, "test")], [longer, undefined]);
    assert.equal(
      pauseProblem(pauses.text(all), "production", now),
      "Deployments to production are paused until 2026-01-01T14:00:00Z: freeze (by ada). Next: wait, or ghrunners resume",
    );
    for (const text of [undefined, "", pauses.text([staging])])
      assert.equal(pauseProblem(text, "production", now), undefined, text);
    assert.equal(pauseProblem(pauses.text(all), "production", new Date(longer.until)), undefined);
  });

  it("count as unknown, and stop deployments, where the variable cannot be read", () => {
    assert.equal(
      pauseProblem("soon...", "production", now),
      "It is unknown whether deployments are paused: DEPLOY_PAUSED is no JSON. Expected schema ghrunners.pauses/1. Next: ghrunners resume",
    );
  });
});
