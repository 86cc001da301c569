import assert from "node:assert/strict";
import * as protocol from "@ghrunners/deploy/protocol/transaction";
import { search, type Searched } from "./search";
import type { ModelBounds, Protocol } from "./state";

const bounds: ModelBounds = {
  steps: ["undoable", "forward-only", "undoable"],
  crashes: 2,
  failures: 4,
  begins: 2,
  retries: 1,
};
/** A smaller space in which every mutant must still be found. */
const small: ModelBounds = { steps: ["undoable", "undoable"], crashes: 2, failures: 1, begins: 2, retries: 0 };

const told = ({ finding }: Searched): string =>
  finding === undefined ? "" : `${finding.problem}\n  ${finding.path.join("\n  ")}`;

describe("deployment protocol, every interleaving", function () {
  this.timeout(60_000);

  it("ends as old or new, never between; the lock has one holder; it always ends", () => {
    const searched = search(bounds, protocol);
    assert.equal(told(searched), "");
    assert.deepEqual([...searched.outcomes].sort(), [
      "cancelled",
      "refused",
      "rollback_failed",
      "rolled_back",
      "succeeded",
    ]);
    assert.ok(searched.states > 40_000, `only ${searched.states} states: the model has shrunk`);
  });

  it("needs no step to be undoable", () => {
    assert.equal(told(search({ ...small, steps: ["forward-only"] }, protocol)), "");
  });

  const mutants: { name: string; change: Partial<Protocol>; expected: RegExp }[] = [
    {
      name: "that does not end the processes which a killed agent left behind",
      change: {
        observe: (transaction, situation) =>
          protocol.observe(
            transaction.running === null ? transaction : protocol.finish(transaction, { kind: "sweep" }, { ok: true }),
            situation,
          ),
      },
      expected: /left-over process|rolled_back, but not all old/,
    },
    {
      name: "that counts a step as touched only when it has ended",
      change: {
        begin: (transaction, action) => ({ ...protocol.begin(transaction, action), touched: transaction.touched }),
      },
      expected: /(refused|cancelled), but not all old/,
    },
    {
      name: "that undoes only the steps that ended well",
      change: {
        finish: (transaction, action, result) => {
          const ended = protocol.finish(transaction, action, result);
          return action.kind === "step" && !result.ok ? { ...ended, position: action.step - 1 } : ended;
        },
      },
      expected: /rolled_back, but not all old/,
    },
    {
      name: "whose lock does not look at the last transaction",
      change: {
        acquire: (previous, steps) =>
          protocol.acquire(previous === undefined ? undefined : { ...previous, released: true }, steps),
      },
      expected: /taken while it was held/,
    },
    {
      name: "that does not turn back when the lease has expired",
      change: { observe: (transaction) => transaction },
      expected: /begun without the lease/,
    },
    {
      name: "that gives up the lock with a failed undo",
      change: {
        finish: (transaction, action, result) => {
          const ended = protocol.finish(transaction, action, result);
          return action.kind === "undo" && !result.ok ? { ...ended, phase: "over", outcome: "rolled_back" } : ended;
        },
      },
      expected: /rolled_back, but not all old/,
    },
    {
      name: "that commits before the steps",
      change: {
        finish: (transaction, action, result) => {
          const ended = protocol.finish(transaction, action, result);
          return action.kind === "capture" && result.ok ? { ...ended, phase: "over", outcome: "succeeded" } : ended;
        },
      },
      expected: /committed, but not all new/,
    },
    {
      name: "that never takes down that it is over",
      change: {
        finish: (transaction, action, result) =>
          action.kind === "close" ? { ...transaction, running: null } : protocol.finish(transaction, action, result),
      },
      expected: /not over after/,
    },
  ];
  for (const { name, change, expected } of mutants) {
    it(`finds a protocol ${name}`, () => {
      assert.match(told(search(small, { ...protocol, ...change })), expected);
    });
  }
});
