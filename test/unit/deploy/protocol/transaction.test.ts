import assert from "node:assert/strict";
import {
  acquire,
  type Action,
  authorised,
  begin,
  finish,
  forwardActions,
  next,
  observe,
  retry,
  type StepKind,
  type Transaction,
} from "@ghrunners/deploy/protocol/transaction";

/** The model check asks whether it is safe; here each answer is held by its value. */
const steps: readonly StepKind[] = ["undoable", "forward-only", "undoable"];
const fresh: Transaction = {
  token: 1,
  steps,
  phase: "forward",
  position: 0,
  touched: 0,
  running: null,
  failures: 0,
  failure: null,
  undoFailure: null,
  outcome: null,
  released: false,
  closed: false,
};
const ok = { ok: true } as const;
const no = { ok: false, detail: "seen" } as const;
const asked = { code: "interrupted", detail: "asked" } as const;
const forward = forwardActions(steps);
/** On the way forward, with the first `count` actions done. */
const after = (count: number): Transaction =>
  forward.slice(0, count).reduce((state, action) => finish(begin(state, action), action, ok), fresh);
/** With an action's intent on the disk. */
const running = (count: number): Transaction => begin(after(count), forward[count] as Action);
/** On the way back. */
const undo = (position: number, changes: Partial<Transaction> = {}): Transaction => ({
  ...after(5),
  phase: "undo",
  position,
  failure: asked,
  ...changes,
});

describe("the lock of a target", () => {
  it("is taken with the next token, by a transaction that has done nothing", () => {
    assert.deepEqual(acquire(undefined, steps), fresh);
    assert.deepEqual(acquire({ ...fresh, token: 4, released: true }, steps), { ...fresh, token: 5 });
    assert.equal(acquire(fresh, steps), "held");
  });

  it("lets only its own token act, until it is released", () => {
    assert.equal(authorised(fresh, 1), true);
    assert.equal(authorised(fresh, 2), false);
    assert.equal(authorised({ ...fresh, released: true }, 1), false);
  });
});

describe("the way forward", () => {
  it("is preflight, capture, the steps, health, smoke, commit, close", () => {
    const kinds = forward.map((action) => (action.kind === "step" ? `step ${action.step}` : action.kind));
    assert.deepEqual(kinds, ["preflight", "capture", "step 0", "step 1", "step 2", "health", "smoke", "commit"]);
    for (let count = 0; count < forward.length; count += 1) assert.deepEqual(next(after(count)), forward[count]);
    const committed = after(forward.length);
    assert.deepEqual([committed.phase, committed.outcome, committed.running], ["over", "succeeded", null]);
    assert.deepEqual(next(committed), { kind: "close" });
    const closed = finish(committed, { kind: "close" }, ok);
    assert.deepEqual([closed.closed, closed.released, next(closed)], [true, true, undefined]);
    assert.deepEqual(finish(begin(committed, { kind: "close" }), { kind: "close" }, no), committed, "tried again");
  });

  it("counts a step as touched with its intent, and nothing else", () => {
    assert.deepEqual(
      forward.map((_, count) => running(count).touched),
      [0, 0, 1, 2, 3, 3, 3, 3],
    );
    assert.deepEqual(running(3).running, { kind: "step", step: 1 });
  });

  const codes = ["preflight", "preflight", "step", "step", "step", "health_check", "smoke_test", "interrupted"];
  for (const [count, action] of forward.entries())
    it(`turns back when ${action.kind} ${count} fails, with its kind as the reason`, () => {
      const turned = finish(running(count), action, no);
      assert.deepEqual(turned.failure, { code: codes[count], detail: "seen" });
      assert.equal(turned.running, null);
      const [phase, outcome, position] = count < 2 ? ["over", "refused", count] : ["undo", null, undefined];
      assert.deepEqual([turned.phase, turned.outcome], [phase, outcome]);
      // The second of the three steps stays: it only adds.
      assert.equal(turned.position, position ?? [, , 0, 0, 2, 2, 2, 2][count]);
      assert.equal(finish(running(count), action, { ...no, code: "lease_expired" }).failure?.code, "lease_expired");
    });
});

describe("what is seen outside", () => {
  it("stops going forward when the lease is gone or the operator asks for it", () => {
    assert.equal(observe(after(4), { lease: "held" }).phase, "forward");
    const expired = observe(after(4), { lease: "expired" });
    assert.deepEqual([expired.phase, expired.failure?.code, expired.position], ["undo", "lease_expired", 0]);
    assert.match(expired.failure?.detail ?? "", /^The deployer gave its lease up, or was not heard of/);
    const aborted = observe({ ...after(4), failures: 2 }, { lease: "expired", abort: asked });
    assert.deepEqual([aborted.failure, aborted.failures], [asked, 0]);
  });

  it("cancels a transaction that has touched nothing", () => {
    const cancelled = observe(after(2), { lease: "held", abort: asked });
    assert.deepEqual([cancelled.phase, cancelled.outcome], ["over", "cancelled"]);
    const refused = observe(after(2), { lease: "held", abort: { code: "preflight", detail: "" } });
    assert.equal(refused.outcome, "refused");
  });

  it("waits until cut-off processes are ended, and keeps the reason of the request", () => {
    const cut = running(4);
    assert.deepEqual(observe(cut, { lease: "expired" }), cut);
    const kept = observe(cut, { lease: "held", abort: asked });
    assert.deepEqual(kept, { ...cut, failure: asked });
    assert.deepEqual(observe(kept, { lease: "held" }).failure, asked);
  });

  it("has no effect during a rollback or after the end", () => {
    for (const state of [undo(2), { ...fresh, phase: "over" as const }])
      assert.equal(observe(state, { lease: "expired", abort: asked }), state);
  });
});

describe("a cut-off action", () => {
  const sweep: Action = { kind: "sweep" };

  it("is swept before anything else, and forgotten only then", () => {
    assert.deepEqual(next(running(4)), sweep);
    assert.deepEqual(begin(running(4), sweep), running(4));
    assert.deepEqual(finish(running(4), sweep, no), running(4));
  });

  it("turns back, and says what was cut off or why the operator asked", () => {
    const swept = finish(running(4), sweep, ok);
    assert.deepEqual([swept.phase, swept.position, swept.running], ["undo", 2, null]);
    assert.deepEqual(swept.failure, { code: "interrupted", detail: "The agent on the target was interrupted (step)." });
    assert.deepEqual(finish({ ...running(4), failure: asked }, sweep, ok).failure, asked);
  });

  it("is repeated during a rollback", () => {
    const cut = begin(undo(0), { kind: "undo", step: 0 });
    assert.deepEqual(finish(cut, sweep, ok), undo(0));
  });
});

describe("the way back", () => {
  it("undoes each step from the last one on, but what only adds, then proves the old version", () => {
    assert.deepEqual(next(undo(2)), { kind: "undo", step: 2 });
    const first = finish(undo(2, { failures: 2 }), { kind: "undo", step: 2 }, ok);
    assert.deepEqual([first.position, first.failures, next(first)], [0, 0, { kind: "undo", step: 0 }]);
    const last = finish(first, { kind: "undo", step: 0 }, ok);
    assert.deepEqual([last.position, next(last)], [-1, { kind: "prove" }]);
    const proved = finish(last, { kind: "prove" }, ok);
    assert.deepEqual([proved.phase, proved.outcome, proved.undoFailure], ["over", "rolled_back", null]);
  });

  it("has nothing to undo where all that was touched only adds", () => {
    const turned = observe({ ...fresh, steps: ["forward-only"], touched: 1 }, { lease: "expired" });
    assert.deepEqual([turned.phase, turned.position], ["undo", -1]);
  });

  it("tries an undo three times, then stays locked until an operator lets it continue from there", () => {
    const failing = (state: Transaction): Transaction => finish(state, { kind: "undo", step: 2 }, no);
    const [once, twice] = [failing(undo(2)), failing(failing(undo(2)))];
    assert.deepEqual([once.failures, once.phase, twice.failures, twice.phase], [1, "undo", 2, "undo"]);
    const stuck = failing(twice);
    assert.deepEqual(
      [stuck.failures, stuck.phase, stuck.outcome, stuck.undoFailure],
      [3, "over", "rollback_failed", "seen"],
    );
    assert.equal(retry(stuck), stuck, "not before it is recorded");
    const closed = finish(stuck, { kind: "close" }, ok);
    assert.deepEqual([closed.closed, closed.released, next(closed)], [true, false, undefined]);
    assert.deepEqual(retry(closed), undo(2));
    const over = { ...fresh, outcome: "rolled_back" as const, closed: true };
    assert.equal(retry(over), over, "only a failed undo is tried again");
  });

  it("stands locked as well when the old version does not prove healthy", () => {
    const stuck = finish(undo(-1), { kind: "prove" }, no);
    assert.deepEqual([stuck.outcome, stuck.undoFailure, stuck.position], ["rollback_failed", "seen", -1]);
  });
});
