import assert from "node:assert/strict";
import {
  type DoctorCheck,
  inParts,
  judgeAll,
  ok,
  problem,
  unknown,
  type DoctorVerdict,
  warning,
} from "@ghrunners/cli/doctor/check";
import { judgeExpiry } from "@ghrunners/cli/doctor/expiry";
import { type DoctorReport, renderDoctor } from "@ghrunners/cli/doctor/render";

const check = (id: string, verdict: DoctorVerdict | readonly DoctorVerdict[], ...needs: string[]): DoctorCheck => ({
  ...{ id, stage: "own", expected: "good", needs },
  judge: () => verdict,
});
const states = (...checks: DoctorCheck[]): string[] =>
  judgeAll(checks).map(({ id, state, because }) => [id, state, ...(because === null ? [] : [because])].join(" "));

describe("judging checks", () => {
  it("skips what needs a failed check, and names the one at which it began", () => {
    assert.deepEqual(states(check("a", problem("bad", "repair")), check("b", ok("x"), "a"), check("c", ok("x"), "b")), [
      "a problem",
      "b skipped a",
      "c skipped a",
    ]);
  });

  it("goes on after a warning, unless it says that it blocks", () => {
    assert.deepEqual(states(check("a", warning("so so", "look")), check("b", ok("x"), "a")), ["a warning", "b ok"]);
    const blocking = { ...warning("so so", "look"), blocks: true };
    assert.deepEqual(states(check("a", blocking), check("b", ok("x"), "a")), ["a warning", "b skipped a"]);
  });

  it("reports the cause of what is unknown once", () => {
    const late = unknown("no answer", "again");
    assert.deepEqual(states(check("a", late), check("b", late), check("c", ok("x"), "b")), [
      "a unknown",
      "b skipped a",
      "c skipped a",
    ]);
  });

  it("keeps every verdict of a check", () => {
    assert.deepEqual(states(check("a", [problem("one", "x"), problem("two", "y")]), check("b", ok("x"), "a")), [
      "a problem",
      "a problem",
      "b skipped a",
    ]);
  });

  it("finds seen, expected and next in a message", () => {
    assert.deepEqual(inParts("VMID 1: seen none, expected a template. Next: make it, or another"), {
      seen: "VMID 1: seen none",
      expected: "a template",
      next: "make it, or another",
    });
    assert.deepEqual(inParts("It is off. Expected it online. Next: start it"), {
      seen: "It is off",
      expected: "it online",
      next: "start it",
    });
    assert.deepEqual(inParts("It failed"), { seen: "It failed", expected: undefined, next: undefined });
  });
});

describe("a token", () => {
  const at = new Date("2026-11-29T12:00:00Z");
  for (const [days, state] of [
    [-1, "problem"],
    [0, "problem"],
    [6, "problem"],
    [7, "warning"],
    [13, "warning"],
    [14, "ok"],
  ] as const) {
    it(`that ends in ${days} days is ${state === "ok" ? "ok" : `a ${state}`}`, () => {
      const ends = at.getTime() + days * 86_400_000 + 1;
      assert.equal(judgeExpiry("the token", ends, at, "renew it").state, state);
    });
  }
});

describe("the doctor's report", () => {
  const result = { stage: "own", subject: null, expected: "good", because: null } as const;
  const report: DoctorReport = {
    ...{ version: 1, at: "2026-11-29T12:00:00.000Z", stack: "lab", seconds: 3.2, healthy: false },
    checks: [
      { ...result, id: "node", state: "ok", seen: "Node 24.1.0", next: null },
      { ...result, id: "pulumi", state: "problem", seen: "none", next: "install it" },
      { ...result, id: "backend", state: "skipped", seen: null, next: null, because: "pulumi" },
      { ...result, id: "stack", state: "skipped", seen: null, next: null, because: "pulumi" },
    ],
  };

  it("says what is wrong, what fixes it, and where to begin", () => {
    assert.equal(
      renderDoctor(report),
      [
        "",
        "This machine and the stack",
        "  ● node    Node 24.1.0",
        "  ✗ pulumi  none",
        "      expected: good",
        "      next:     install it",
        "  - 2 checks skipped because of pulumi",
        "",
        "Not healthy: 1 ok, 1 problem, 2 skipped (3.2 s).",
        "Begin with pulumi: install it",
        "",
      ].join("\n"),
    );
  });
});
