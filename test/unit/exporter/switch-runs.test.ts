import assert from "node:assert/strict";
import fc from "fast-check";
import type { JobFacts } from "@ghrunners/core/github/facts";
import { switchRunners } from "./support/switch";
import { nextStep, waitsForTheDead, whatToRepeat, type WaitingRun } from "@ghrunners/failover/switch/waiting";

const [primary, secondary] = switchRunners as [(typeof switchRunners)[0], (typeof switchRunners)[0]];

describe("the failover switch: runs that wait for a dead runner", () => {
  const run: WaitingRun = { id: 1, attempt: 1, status: "in_progress", conclusion: null, hasGate: true };
  const job = (status: string, labels: readonly string[], name = "Deploy / Deploy", id = 1): JobFacts => ({
    id,
    name,
    attempt: 1,
    status,
    conclusion: undefined,
    labels,
    runner: undefined,
    createdAt: 0,
    startedAt: undefined,
    completedAt: undefined,
  });
  const gate = job("completed", ["ubuntu-24.04"], "Deploy / Gate / Choose", 7);
  const publish = { ...job("completed", ["ubuntu-24.04"], "Publish", 8), conclusion: "success" };
  const waiting = job("queued", ["self-hosted", "production", "primary"]);
  const dead = [
    { labels: primary.labels, usable: false },
    { labels: secondary.labels, usable: true },
  ];

  it("are those whose first attempt passed a gate and then waits for no other runner", () => {
    assert.ok(waitsForTheDead(run, [gate, waiting], dead));
  });

  const others: [string, WaitingRun, JobFacts[], typeof dead][] = [
    ["a second attempt", { ...run, attempt: 2 }, [gate, waiting], dead],
    ["a run that is over", { ...run, status: "completed" }, [gate, waiting], dead],
    ["a job that runs", run, [gate, waiting, job("in_progress", ["self-hosted"])], dead],
    ["no gate", run, [waiting], dead],
    ["a run that calls no gate, whatever else of it is over", { ...run, hasGate: false }, [publish, waiting], dead],
    ["a job that is over and is no gate", run, [publish, waiting], dead],
    ["a gate that is not over", run, [job("queued", ["ubuntu-24.04"], "Gate / Choose"), waiting], dead],
    ["two gates, and something over that would be repeated", run, [gate, gate, publish, waiting], dead],
    ["a job that waits for a reviewer", run, [gate, job("waiting", waiting.labels)], dead],
    ["a job that another runner can take", run, [gate, job("queued", ["self-hosted", "production"])], dead],
    ["a job of labels that no runner has", run, [gate, job("queued", ["self-hosted", "gpu"])], dead],
    ["a runner that is usable", run, [gate, waiting], dead.map((one) => ({ ...one, usable: true }))],
  ];
  for (const [title, whichRun, jobs, runners] of others) {
    it(`are not touched: ${title}`, () => assert.ok(!waitsForTheDead(whichRun, jobs, runners)));
  }

  it("are also those whose job leaves self-hosted out", () => {
    assert.ok(waitsForTheDead(run, [gate, job("queued", ["production", "primary"])], dead));
  });

  it("have the gate's job repeated with what waits for it, and nothing that is over besides", () => {
    assert.deepEqual(whatToRepeat([publish, gate, waiting]), { job: 7 });
    assert.equal(whatToRepeat([gate, { ...gate, id: 9 }, waiting]), "run");
    assert.equal(whatToRepeat([publish, waiting]), undefined);
  });

  it("are started again once, whatever was lost in between", () => {
    const intent = fc.record({
      at: fc.integer({ min: 0, max: 1_000_000 }),
      cancelledAt: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    });
    const seen = fc.record({
      id: fc.constant(1),
      hasGate: fc.constant(true),
      attempt: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom("queued", "in_progress", "completed"),
      conclusion: fc.constantFrom("success", "cancelled", "failure", null),
    });
    fc.assert(
      fc.property(seen, intent, fc.integer({ min: 0, max: 2_000_000 }), (whichRun, what, time) => {
        const step = nextStep(whichRun, what, time);
        if (whichRun.attempt > 1) assert.deepEqual(step, { kind: "over", result: "rerun" });
        if (step.kind === "rerun") assert.deepEqual([whichRun.attempt, whichRun.conclusion], [1, "cancelled"]);
        if (step.kind === "cancel") assert.notEqual(whichRun.status, "completed");
      }),
    );
    assert.deepEqual(nextStep(undefined, { at: 0, cancelledAt: null }, 1), { kind: "over", result: "ended" });
    const forever = nextStep(run, { at: 0, cancelledAt: 1 }, 700_000);
    assert.deepEqual(forever, { kind: "over", result: "given_up" });
    const ahead = nextStep(run, { at: 100, cancelledAt: 86_400_000 }, 200);
    assert.deepEqual(ahead, { kind: "cancel" }, "cancelled tomorrow, by a clock that was ahead, is not cancelled");
    const begunAhead = nextStep(run, { at: 86_400_000, cancelledAt: null }, 200);
    assert.deepEqual(begunAhead, { kind: "over", result: "given_up" });
  });
});
