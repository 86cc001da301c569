import assert from "node:assert/strict";
import { choose } from "@ghrunners/failover/choice/choose";
import { pauseSeen } from "@ghrunners/cli/gate/pause";
import { pauses } from "@ghrunners/failover/choice/pause";
import { renderGate } from "@ghrunners/cli/gate/render";
import { judgeSwitch, parseSwitch, type GateView } from "@ghrunners/cli/gate/view";
import { policy, runner } from "../failover/choice/support/runners";

const at = new Date("2026-01-01T12:00:00Z");
const healthy = choose([runner("primary"), runner("secondary")], policy, at);
const failover = choose([runner("primary", null), runner("secondary")], policy, at);
const refused = choose([runner("primary", null), runner("secondary", null)], policy, at);

/** What the host prints. */
function output(decision: unknown, seconds = 3, toldSeconds = 100): string {
  const state = { written: { content: "", expiresAt: at.getTime() + toldSeconds * 1000 } };
  return [
    `now\t${new Date(at.getTime() + seconds * 1000).toISOString()}`,
    "unit\tactive",
    `decision\t${JSON.stringify(decision)}`,
    `state\t${JSON.stringify(state)}`,
    `change\t${JSON.stringify(healthy)}`,
    'change\t{"cut off',
    `change\t${JSON.stringify(failover)}`,
    "",
  ].join("\n");
}
const view = (text: string, paused = pauseSeen(undefined, "lab", at)): GateView =>
  judgeSwitch("lab", parseSwitch(text), paused);

describe("ghrunners gate", () => {
  it("says who may deploy, how old that is, and what changed last", () => {
    const seen = view(output(healthy));
    assert.deepEqual([seen.problems, seen.ageSeconds, seen.next, seen.changes.length], [[], 3, null, 2]);
    const text = renderGate(seen);
    assert.match(text, /primary may deploy: primary_healthy/);
    assert.match(text, /decided 3 s ago; published at GitHub until 2026-01-01T12:01:40/);
    assert.match(
      text,
      /12:00:00 {2}secondary {2}failover \(host_unreachable\): primary unusable \(host_unreachable\), secondary healthy/,
    );
  });

  it("says what to do after a failover", () => {
    const seen = view(output(failover));
    assert.deepEqual(seen.problems, []);
    assert.match(renderGate(seen), /primary .*unusable: the host's view is missing[\s\S]*Next {2}repair the primary/);
  });

  it("is unhealthy when no runner may deploy, with each runner's reasons and the runbook", () => {
    const seen = view(output(refused));
    assert.match(seen.problems.join(), /^No runner may deploy: /);
    assert.equal(seen.next, "docs/runbooks/offline-restore.md#noauthorisedcapacity");
  });

  const stale: [string, string, RegExp][] = [
    ["an old decision", output(healthy, 31), /too old: 31 s, expected at most 30 s \(the unit is active\)/],
    ["a choice that was published long ago", output(healthy, 3, 2), /expired at 2026-01-01T12:00:02/],
    ["a switch that never decided", "now\t2026-01-01T12:00:00Z\nunit\tfailed\n", /no decision yet .*failed/],
  ];
  for (const [title, text, says] of stale) {
    it(`has a problem with ${title}`, () => {
      const seen = view(text);
      assert.match(seen.problems.join(), says);
      assert.match(renderGate(seen), /runbooks\/monitoring-blind\.md#failoverswitchstale/);
    });
  }

  it("says that deployments are paused, until when, why and how to end it", () => {
    const pause = { environment: "lab", until: "2026-01-01T13:00:00Z", note: "migration", by: "ada@laptop" };
    const seen = view(output(healthy), pauseSeen(pauses.text([pause]), "lab", at));
    assert.deepEqual(seen.pause, { until: pause.until, note: pause.note, by: pause.by });
    const text = renderGate(seen);
    assert.match(text, /Deployments to lab are paused until 2026-01-01T13:00:00Z: migration \(by ada@laptop\)\./);
    assert.match(text, /Next {2}wait, or ghrunners resume/);
    assert.deepEqual(view(output(healthy), pauseSeen("{", "lab", at)).problems, [
      "It is unknown whether deployments are paused: DEPLOY_PAUSED is no JSON. Expected schema ghrunners.pauses/1.",
    ]);
    const worse = view(output(refused), pauseSeen(pauses.text([pause]), "lab", at));
    assert.equal(worse.next, "docs/runbooks/offline-restore.md#noauthorisedcapacity", "a pause ends by itself");
  });

  it("does not guess at a host that shows nothing", () => {
    assert.throws(() => parseSwitch(""), /showed nothing/);
  });
});
