import assert from "node:assert/strict";
import { choose } from "@ghrunners/failover/choice/choose";
import { mayDeploy } from "@ghrunners/failover/choice/judge";
import { policy, runner } from "./support/runners";

const now = new Date("2026-01-01T00:00:00Z");
const suspect = { suspectAfterFailures: 3 };
const of = (...runners: Parameters<typeof choose>[0]) => {
  const { runner: name, reason, cause, runners: judged } = choose(runners, policy, now);
  return [name, reason, cause, judged.map(mayDeploy)];
};

describe("a runner on which deployments fail", () => {
  it("is left for the other, whichever of them it is", () => {
    const primary = runner("primary", {}, suspect);
    const secondary = runner("secondary", {}, suspect);
    assert.deepEqual(of(primary, runner("secondary")), ["secondary", "failover", "failed_jobs", [true, true]]);
    assert.deepEqual(of(runner("primary"), secondary), ["primary", "primary_healthy", null, [true, true]]);
  });

  it("is better than none, and a degraded primary is better than such a secondary", () => {
    const down = { status: "offline" } as const;
    const primary = runner("primary", {}, suspect);
    const secondary = runner("secondary", {}, suspect);
    assert.deepEqual(of(primary, runner("secondary", {}, down)).slice(0, 3), [
      ...["primary", "primary_degraded", "failed_jobs"],
    ]);
    assert.deepEqual(of(runner("primary", {}, down), secondary), ["secondary", "failover", "offline", [false, true]]);
    assert.equal(of(runner("primary", { diskUsedPercent: 90 }), secondary)[0], "primary");
    assert.equal(of(primary, secondary)[0], "primary");
  });

  it("is not taken as a secondary that has another fault as well", () => {
    const offline = runner("primary", {}, { status: "offline" });
    const full = runner("secondary", { diskUsedPercent: 90 }, suspect);
    assert.deepEqual(of(offline, full), [null, "refused", "offline", [false, false]]);
    assert.deepEqual(of(offline, runner("secondary", { diskUsedPercent: 90 })), [
      ...[null, "refused", "offline"],
      [false, false],
    ]);
  });
});
