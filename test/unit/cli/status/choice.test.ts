import assert from "node:assert/strict";
import { judge } from "@ghrunners/cli/status/report";
import { renderStatus } from "@ghrunners/cli/status/render";
import { hasChoice } from "@ghrunners/cli/status/status";
import { choose } from "@ghrunners/failover/choice/choose";
import { choiceText } from "@ghrunners/failover/choice/deploy-runner";
import { policy as choicePolicy, runner } from "../../failover/choice/support/runners";
import { at, expected, good, labels, validate } from "./facts";

describe("the next deployment's runner in the status report", () => {
  const told = {
    labels,
    runner: "primary",
    name: "runner-1",
    reason: "runner-1 deploys: primary runner-1: healthy.",
    decidedAt: "2026-11-22T09:59:30.000Z",
    expiresAt: "2026-11-22T10:04:30.000Z",
  };
  const choices: [string, string | null, boolean, RegExp, RegExp | null][] = [
    [
      "the chosen runner and its age",
      JSON.stringify(told),
      true,
      /runner-1 \(primary\), decided 30 s ago\. runner-1 deploys/,
      null,
    ],
    [
      "a refusal",
      JSON.stringify({ ...told, labels: [], runner: null, reason: "No runner may deploy: x." }),
      true,
      /No runner may deploy: x\. Decided 30 s ago/,
      /^no runner may deploy: No runner may deploy: x\. Next: ghrunners gate$/,
    ],
    [
      "a choice that expired",
      JSON.stringify({ ...told, expiresAt: "2026-11-22T09:59:50Z" }),
      true,
      /expired 10 s ago/,
      /^no runner may deploy: DEPLOY_RUNNER expired at 2026-11-22T09:59:50Z\. Next: /,
    ],
    [
      "a choice of the future, which the gate refuses",
      JSON.stringify({ ...told, decidedAt: "2026-11-23T10:00:00Z", expiresAt: "2026-11-23T10:02:00Z" }),
      true,
      /decided at 2026-11-23T10:00:00Z, which is in the future/,
      /^no runner may deploy: DEPLOY_RUNNER was decided at 2026-11-23T10:00:00Z, which is in the future\. Next: /,
    ],
    [
      "that nothing was published at GitHub",
      null,
      true,
      /none yet/,
      /^no runner may deploy: the variable DEPLOY_RUNNER does not exist\. Next: /,
    ],
    [
      "a variable that the stack does not manage",
      "primary",
      true,
      /not what the failover switch writes/,
      /^no runner may deploy: DEPLOY_RUNNER is not what the failover switch writes\. Next: /,
    ],
    ["that there is no switch, and why", null, false, /off: no failover switch, so .* refuses\. It has none\./, null],
  ];
  for (const [title, choice, failover, says, problem] of choices) {
    it(`shows ${title}${problem === null ? "" : ", and that is a problem"}`, () => {
      const switchLacks = failover ? undefined : "It has none.";
      const report = judge({ ...expected, switchLacks }, { ...good, choice }, at);
      assert.ok(validate(report), JSON.stringify(validate.errors));
      assert.match(renderStatus(report), says);
      assert.equal(report.healthy, problem === null);
      if (problem !== null) assert.match(report.problems.join("\n"), problem);
    });
  }

  it("shows that a choice is older than a runner's coming online, and is then not settled", () => {
    const policy = { ...choicePolicy, labels: { ...choicePolicy.labels, primary: labels } };
    const late = choose(
      [{ ...runner("primary", {}, { status: "unregistered" }), name: "runner-1" }, runner("secondary")],
      policy,
      new Date(at.getTime() - 20_000),
    );
    const seen = { ...good, choice: choiceText(late) };
    const report = judge(expected, seen, at);
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.deepEqual([report.choice?.role, report.choice?.outdatedBy], ["secondary", ["runner-1"]]);
    assert.match(renderStatus(report), /A newer choice follows: runner-1 came online since\./);
    assert.equal(hasChoice(report), false);
    // A runner that is off is no reason to wait for another choice.
    const off = judge(expected, { ...seen, runners: good.runners.map((one) => ({ ...one, online: false })) }, at);
    assert.deepEqual([off.choice?.outdatedBy, hasChoice(off)], [[], true]);
    // The switch had the registration from GitHub, and no answer of the host yet.
    const unseen = choose([{ ...runner("primary"), name: "runner-1", host: null }, runner("secondary")], policy, at);
    const early = judge(expected, { ...good, choice: choiceText(unseen) }, at);
    assert.deepEqual([early.choice?.role, early.choice?.outdatedBy, early.healthy], ["secondary", [], true]);
    assert.equal(hasChoice(early), false);
    const settled = choose([{ ...runner("primary"), name: "runner-1" }, runner("secondary")], policy, at);
    assert.equal(hasChoice(judge(expected, { ...good, choice: choiceText(settled) }, at)), true);
  });
});
