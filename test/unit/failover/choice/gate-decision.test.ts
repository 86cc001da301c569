import assert from "node:assert/strict";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import { decisionFrom, type GateDecisionInput, selfIn } from "@ghrunners/failover/choice/gate-decision";

const now = new Date("2026-01-01T00:01:00Z");
const labels = { primary: ["self-hosted", "primary"], secondary: ["self-hosted", "secondary"] };
const choice = {
  labels: labels.primary,
  runner: "runner-1",
  reason: "healthy on both views",
  decidedAt: "2026-01-01T00:00:30Z",
  expiresAt: "2026-01-01T00:05:00Z",
};
const given: GateDecisionInput = {
  environment: "production",
  variable: JSON.stringify(choice),
  wanted: "auto",
  labels: labels.primary,
  reason: "said by the gate",
  now,
};
const base = {
  schema: "ghrunners.gate-decision/1",
  environment: "production",
  cause: null,
  runners: [],
  runbook: null,
};
const from = (changes: Partial<typeof choice> | string): GateDecision =>
  decisionFrom({
    ...given,
    variable: typeof changes === "string" ? changes : JSON.stringify({ ...choice, ...changes }),
  });

describe("the decision behind a deployment job", () => {
  it("is read from the variable if the requested runner is auto", () => {
    const { reason: explanation, ...rest } = choice;
    const whole = { ...base, ...rest, explanation };
    assert.deepEqual(from({}), { ...whole, role: "primary", reason: "primary_healthy" });
    const second = { labels: labels.secondary, runner: "runner-2" };
    assert.deepEqual(from(second), { ...whole, ...second, role: "secondary", reason: "failover" });
    const nobody = { labels: [], runner: null };
    assert.deepEqual(decisionFrom({ ...given, variable: JSON.stringify({ ...choice, ...nobody }) }), {
      ...whole,
      ...nobody,
      role: null,
      reason: "refused",
    });
  });

  it("is the whole decision where the variable has it", () => {
    const decision = { schema: "ghrunners.gate-decision/1", explanation: "all of it" };
    assert.deepEqual(from(JSON.stringify({ ...choice, decision })), decision);
  });

  it("is by hand where a role was asked for, for a minute, whatever the variable says", () => {
    for (const [wanted, variable] of [
      ["primary", ""],
      ["secondary", "{"],
    ] as const)
      assert.deepEqual(decisionFrom({ ...given, wanted, variable, labels: labels[wanted] }), {
        ...base,
        decidedAt: "2026-01-01T00:01:00.000Z",
        expiresAt: "2026-01-01T00:02:00.000Z",
        runner: wanted,
        role: wanted,
        labels: labels[wanted],
        reason: "by_hand",
        explanation: "said by the gate",
      });
    assert.equal(decisionFrom({ ...given, wanted: "other", labels: [] }).runner, null);
  });

  const next = "Next: docs/runbooks/monitoring-blind.md#failoverswitchstale";
  it("is refused in words without the variable", () => {
    assert.throws(() => from(""), { message: `DEPLOY_RUNNER is not set. ${next}` });
  });

  for (const [what, text] of Object.entries({
    "no JSON": "{",
    "nothing of it": "{}",
    "a list": "[]",
    "a time that is none": JSON.stringify({ ...choice, decidedAt: "soon" }),
    "no end": JSON.stringify({ ...choice, expiresAt: undefined }),
    "labels that are none": JSON.stringify({ ...choice, labels: [1] }),
    "a decision of another schema": JSON.stringify({ ...choice, decision: { schema: "ghrunners.gate-decision/2" } }),
    "a decision without a schema": JSON.stringify({ ...choice, decision: {} }),
  }))
    it(`is refused in words where the variable has ${what}`, () => {
      assert.throws(() => from(text), { message: `DEPLOY_RUNNER is not what the monitoring host writes. ${next}` });
    });
});

describe("who a job's runner is in a decision", () => {
  const self = (runner: string | null, own: readonly string[]) =>
    selfIn({ ...decisionFrom(given), runner }, "runner-1", { labels: own });

  it("is known by its name if the decision has names", () => {
    assert.equal(self("runner-1", labels.secondary), "runner-1");
    assert.equal(self("runner-2", labels.primary), "runner-1");
  });

  it("is known by its role if labels name roles, or if no runner was chosen", () => {
    for (const runner of ["primary", "secondary", null]) {
      assert.equal(self(runner, labels.primary), "primary");
      assert.equal(self(runner, labels.secondary), "secondary");
      assert.equal(self(runner, []), "runner-1", "its name, where it has no role");
    }
  });
});
