import assert from "node:assert/strict";
import { choose, stillValid } from "@ghrunners/failover/choice/choose";
import { causes, type Cause, type RunnerSeen } from "@ghrunners/failover/choice/judge";
import { policy, runner } from "./support/runners";

const now = new Date("2026-01-01T00:00:00Z");
const { labels } = policy;

describe("runner choice", () => {
  const cases: [string, RunnerSeen, Cause, string][] = [
    ["offline at GitHub", runner("primary", {}, { status: "offline" }), "offline", "GitHub shows it offline"],
    ["no registration", runner("primary", {}, { status: "unregistered" }), "not_registered", "no registration"],
    [
      "a dead service that GitHub still shows online",
      runner("primary", { serviceActive: false }),
      "service",
      "its service is not active",
    ],
    ["a service nobody knows of", runner("primary", { serviceActive: null }), "service", "is not known"],
    ["a hung listener", runner("primary", { listenerConnected: false }), "listener", "listener is not connected"],
    ["a listener nobody knows of", runner("primary", { listenerConnected: null }), "listener", "is not known"],
    ["an old version", runner("primary", { version: "2.328.9" }), "version", "older than 2.329.0"],
    ["a version nobody knows", runner("primary", { version: null }), "version", "version is not known"],
    ["a version whose end is past", runner("primary", {}, { versionEndsInSeconds: 0 }), "version", "no more jobs"],
    [
      "a version that ends in two days",
      runner("primary", {}, { versionEndsInSeconds: 2.5 * 86_400 }),
      "version_end",
      "no more jobs in 2 days",
    ],
    ["no host view", runner("primary", null), "host_unreachable", "the host's view is missing"],
    ["a stale host view", runner("primary", { ageSeconds: 16 }), "host_unreachable", "the host's view is 16 s old"],
    ["no GitHub view", runner("primary", {}, null), "github_unknown", "GitHub's view is missing"],
    ["a stale GitHub view", runner("primary", {}, { ageSeconds: 76 }), "github_unknown", "GitHub's view is 76 s old"],
    ["a full disk", runner("primary", { diskUsedPercent: 86 }), "disk", "disk is 86 % full"],
    ["a disk nobody knows of", runner("primary", { diskUsedPercent: null }), "disk", "is not known"],
    ["a job that waits", runner("primary", {}, { oldestQueuedSeconds: 301 }), "queue", "waited 301 s"],
    ["a queue nobody knows of", runner("primary", {}, { oldestQueuedSeconds: null }), "queue", "is not known"],
    ["a lost label", runner("primary", {}, { labels: ["self-hosted"] }), "labels_missing", "not authorised"],
    [
      "a label too many",
      runner("primary", {}, { labels: [...labels.primary, "gpu"] }),
      "labels_drifted",
      "drifted: gpu",
    ],
    [
      "maintenance",
      { ...runner("primary"), maintenance: { until: "2026-01-01T01:00:00Z", reason: "new disk" } },
      "maintenance",
      "in maintenance until 2026-01-01T01:00:00Z: new disk",
    ],
    [
      "a maintenance that nobody can read",
      { ...runner("primary"), maintenance: { problem: "RUNNER_MAINTENANCE is no JSON." } },
      "maintenance_unknown",
      "whether it is in maintenance is not known",
    ],
  ];
  for (const [name, primary, cause, reason] of cases) {
    it(`takes the secondary for ${name}, and says why`, () => {
      const decision = choose([primary, runner("secondary")], policy, now);
      assert.deepEqual([decision.runner, decision.reason, decision.cause], ["secondary", "failover", cause]);
      assert.ok(decision.explanation.includes(reason), decision.explanation);
    });
  }

  it("knows a case of every cause", () => {
    assert.deepEqual([...new Set(cases.map(([, , cause]) => cause))].sort(), [...causes].sort());
  });

  it("takes the primary when it is healthy, busy or not, however GitHub writes its labels", () => {
    const busy = runner("primary", {}, { busy: true, labels: labels.primary.map((label) => label.toUpperCase()) });
    const decision = choose([runner("secondary"), busy], policy, now);
    assert.deepEqual([decision.runner, decision.reason, decision.cause], ["primary", "primary_healthy", null]);
  });

  it("takes a degraded primary when there is no healthy secondary", () => {
    const decision = choose([runner("primary", { diskUsedPercent: 90 }), runner("secondary", null)], policy, now);
    assert.deepEqual([decision.runner, decision.reason, decision.cause], ["primary", "primary_degraded", "disk"]);
  });

  it("refuses with reasons and runbook when no runner is usable", () => {
    const decision = choose([runner("primary", null), runner("secondary", {}, { status: "offline" })], policy, now);
    assert.deepEqual([decision.runner, decision.labels, decision.reason], [null, [], "refused"]);
    assert.match(decision.explanation, /host's view is missing.*GitHub shows it offline/);
    assert.match(decision.runbook ?? "", /^docs\/runbooks\//);
    assert.match(choose([], policy, now).explanation, /no runner of production is known/);
  });

  it("names the gravest reason first", () => {
    const primary = runner("primary", { diskUsedPercent: 99 }, { status: "offline" });
    const [judged] = choose([primary], policy, now).runners;
    assert.equal(judged?.cause, "offline");
    assert.match(judged?.reasons.join("; ") ?? "", /^GitHub shows it offline; its disk/);
  });

  it("is good for its own runner and its own time only", () => {
    const decision = choose([runner("primary")], policy, now);
    assert.equal(stillValid(decision, "primary", now), undefined);
    assert.match(stillValid(decision, "secondary", now) ?? "", /primary was chosen/);
    assert.match(stillValid(decision, "primary", new Date(now.getTime() + 120_000)) ?? "", /expired/);
  });
});
