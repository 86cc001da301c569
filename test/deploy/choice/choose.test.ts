import assert from "node:assert/strict";
import fc from "fast-check";
import { choose, judge, stillValid, type ChoicePolicy, type RunnerSeen } from "../../../deploy/choice/choose";
import { runnerLabels, type Role } from "../../../catalogue/runner";

const policy: ChoicePolicy = {
  environment: "production",
  labels: { primary: runnerLabels("production", "primary"), secondary: runnerLabels("production", "secondary") },
  minimumVersion: "2.329.0",
  maximumAgeSeconds: 60,
  maximumDiskPercent: 85,
  maximumQueuedSeconds: 300,
  validSeconds: 120,
};
const now = new Date("2026-01-01T00:00:00Z");

type Host = NonNullable<RunnerSeen["host"]>;
type GitHub = NonNullable<RunnerSeen["github"]>;

function runner(role: Role, host: Partial<Host> | null = {}, github: Partial<GitHub> | null = {}): RunnerSeen {
  return {
    name: role,
    role,
    labels: policy.labels[role],
    host: host && {
      ageSeconds: 5,
      serviceActive: true,
      listenerConnected: true,
      diskUsedPercent: 40,
      version: "2.336.0",
      ...host,
    },
    github: github && { ageSeconds: 5, status: "online", busy: false, oldestQueuedSeconds: 0, ...github },
  };
}

describe("runner choice", () => {
  const cases: [string, RunnerSeen, string][] = [
    ["offline at GitHub", runner("primary", {}, { status: "offline" }), "GitHub shows it offline"],
    [
      "a dead service that GitHub still shows online",
      runner("primary", { serviceActive: false }),
      "service is not active",
    ],
    ["a hung listener", runner("primary", { listenerConnected: false }), "listener is not connected"],
    ["an old version", runner("primary", { version: "2.328.9" }), "older than 2.329.0"],
    ["no host view", runner("primary", null), "the host's view is missing"],
    ["a stale host view", runner("primary", { ageSeconds: 61 }), "the host's view is 61 s old"],
    ["no GitHub view", runner("primary", {}, null), "GitHub's view is missing"],
    ["a stale GitHub view", runner("primary", {}, { ageSeconds: 61 }), "GitHub's view is 61 s old"],
    ["a full disk", runner("primary", { diskUsedPercent: 86 }), "disk is 86 % full"],
    ["a job that waits", runner("primary", {}, { oldestQueuedSeconds: 301 }), "waited 301 s"],
    ["a lost label", { ...runner("primary"), labels: ["self-hosted"] }, "not authorised"],
    ["a label too many", { ...runner("primary"), labels: [...policy.labels.primary, "gpu"] }, "drifted: gpu"],
  ];
  for (const [name, primary, reason] of cases) {
    it(`takes the secondary for ${name}, and says why`, () => {
      const decision = choose([primary, runner("secondary")], policy, now);
      assert.deepEqual([decision.runner, decision.reason], ["secondary", "failover"]);
      assert.ok(decision.explanation.includes(reason), decision.explanation);
    });
  }

  it("takes the primary when it is healthy, busy or not", () => {
    const decision = choose([runner("secondary"), runner("primary", {}, { busy: true })], policy, now);
    assert.deepEqual([decision.runner, decision.reason], ["primary", "primary_healthy"]);
  });

  it("takes a degraded primary when there is no healthy secondary", () => {
    const decision = choose([runner("primary", { diskUsedPercent: 90 }), runner("secondary", null)], policy, now);
    assert.deepEqual([decision.runner, decision.reason], ["primary", "primary_degraded"]);
  });

  it("refuses with the reasons and the runbook when nobody is usable", () => {
    const decision = choose([runner("primary", null), runner("secondary", {}, { status: "offline" })], policy, now);
    assert.deepEqual([decision.runner, decision.labels, decision.reason], [null, [], "refused"]);
    assert.match(decision.explanation, /host's view is missing.*GitHub shows it offline/);
    assert.match(decision.runbook ?? "", /^runbooks\//);
    assert.match(choose([], policy, now).explanation, /no runner of production is known/);
  });

  it("never chooses an unusable runner, and never a secondary over a healthy primary", () => {
    const host = fc.option(
      fc.record({
        ageSeconds: fc.integer({ min: 0, max: 120 }),
        serviceActive: fc.boolean(),
        listenerConnected: fc.boolean(),
        diskUsedPercent: fc.integer({ min: 0, max: 100 }),
        version: fc.constantFrom("2.300.0", "2.336.0"),
      }),
    );
    const github = fc.option(
      fc.record({
        ageSeconds: fc.integer({ min: 0, max: 120 }),
        status: fc.constantFrom("online", "offline"),
        busy: fc.boolean(),
        oldestQueuedSeconds: fc.integer({ min: 0, max: 600 }),
      }),
    );
    fc.assert(
      fc.property(host, github, host, github, (h1, g1, h2, g2) => {
        const runners = [runner("primary", h1, g1), runner("secondary", h2, g2)];
        const decision = choose(runners, policy, now);
        const grades = runners.map((each) => judge(each, policy).grade);
        const chosen = decision.runners.find(({ name }) => name === decision.runner);
        assert.notEqual(chosen?.grade, "unusable");
        if (grades[0] === "healthy") assert.equal(decision.runner, "primary");
        if (grades.includes("healthy")) assert.equal(chosen?.grade, "healthy");
        if (grades.every((grade) => grade === "unusable")) assert.equal(decision.runner, null);
      }),
    );
  });

  it("is good for its own runner and its own time only", () => {
    const decision = choose([runner("primary")], policy, now);
    assert.equal(stillValid(decision, "primary", now), undefined);
    assert.match(stillValid(decision, "secondary", now) ?? "", /primary was chosen/);
    assert.match(stillValid(decision, "primary", new Date(now.getTime() + 120_000)) ?? "", /expired/);
  });
});
