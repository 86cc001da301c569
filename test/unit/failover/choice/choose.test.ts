import assert from "node:assert/strict";
import { choose, stillValid } from "@ghrunners/failover/choice/choose";
import { causes, type Cause } from "@ghrunners/failover/choice/cause";
import type { RunnerSeen } from "@ghrunners/failover/choice/judge";
import { policy, runner } from "./support/runners";

const now = new Date("2026-01-01T00:00:00Z");
const { labels } = policy;

describe("runner choice", () => {
  const cases: [string, RunnerSeen, Cause, string][] = [
    ["the state offline at GitHub", runner("primary", {}, { status: "offline" }), "offline", "GitHub shows it offline"],
    ["no registration", runner("primary", {}, { status: "unregistered" }), "not_registered", "no registration"],
    [
      "a dead service that GitHub still shows online",
      runner("primary", { serviceActive: false }),
      "service",
      "its service is not active",
    ],
    ["a service of unknown state", runner("primary", { serviceActive: null }), "service", "is not known"],
    ["a hung listener", runner("primary", { listenerConnected: false }), "listener", "listener is not connected"],
    ["a listener of unknown state", runner("primary", { listenerConnected: null }), "listener", "is not known"],
    ["an old version", runner("primary", { version: "2.328.9" }), "version", "older than 2.329.0"],
    ["an unknown version", runner("primary", { version: null }), "version", "version is not known"],
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
    ["few inodes left", runner("primary", { inodesUsedPercent: 86 }), "inodes", "86 % of its disk's inodes are used"],
    [
      "no inodes left",
      runner("primary", { inodesUsedPercent: 99.5 }),
      "inodes",
      "99.5 % of its disk's inodes are used",
    ],
    ["an unknown use of inodes", runner("primary", { inodesUsedPercent: null }), "inodes", "is not known"],
    [
      "a work folder that jobs cannot use",
      runner("primary", { unusableFolders: ["_work"] }),
      "work_folder",
      "jobs cannot use _work: no job can start",
    ],
    ["unknown folders of jobs", runner("primary", { unusableFolders: null }), "work_folder", "is not known"],
    ["no SSH server", runner("primary", { sshActive: false }), "ssh", "its SSH server does not run"],
    ["an SSH server of unknown state", runner("primary", { sshActive: null }), "ssh", "is not known"],
    [
      "an operator who does not become root",
      runner("primary", { sudoUsable: false }),
      "sudo",
      "sudo refuses its operator",
    ],
    ["sudo of unknown state", runner("primary", { sudoUsable: null }), "sudo", "is not known"],
    ["an unknown disk use", runner("primary", { diskUsedPercent: null }), "disk", "is not known"],
    [
      "deployments that fail on it and not elsewhere",
      runner("primary", {}, { suspectAfterFailures: 3 }),
      "failed_jobs",
      "its last 3 deployment jobs failed, and not those of another runner",
    ],
    ["a job that waits", runner("primary", {}, { oldestQueuedSeconds: 301 }), "queue", "waited 301 s"],
    ["an unknown queue", runner("primary", {}, { oldestQueuedSeconds: null }), "queue", "is not known"],
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
      "an unreadable maintenance",
      { ...runner("primary"), maintenance: { problem: "RUNNER_MAINTENANCE is no JSON." } },
      "maintenance_unknown",
      "whether it is in maintenance is not known",
    ],
  ];
  for (const [name, primary, cause, reason] of cases) {
    it(`takes the secondary, with the reason, when the primary has ${name}`, () => {
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

  it("tells the whole of a decision", () => {
    const times = { decidedAt: "2026-01-01T00:00:00.000Z", expiresAt: "2026-01-01T00:02:00.000Z" };
    const base = { schema: "ghrunners.gate-decision/1", environment: "production", ...times };
    const healthy = (role: "primary" | "secondary") => ({
      name: role,
      role,
      grade: "healthy",
      cause: null,
      reasons: [],
    });
    const reasons = ["GitHub shows it offline", "its disk is 99 % full, expected at most 85 %"];
    const primary = { name: "primary", role: "primary", grade: "unusable", cause: "offline", reasons };
    assert.deepEqual(choose([runner("primary"), runner("secondary")], policy, now), {
      ...base,
      runner: "primary",
      role: "primary",
      labels: labels.primary,
      reason: "primary_healthy",
      cause: null,
      explanation: "primary deploys: primary primary: healthy; secondary secondary: healthy.",
      runners: [healthy("primary"), healthy("secondary")],
      runbook: null,
    });
    const broken = runner("primary", { diskUsedPercent: 99.4 }, { status: "offline" });
    const says = `primary primary: unusable, ${reasons.join(", ")}`;
    // The primary's cause is reported, wherever the primary stands in the list.
    assert.deepEqual(choose([runner("secondary"), broken], policy, now), {
      ...base,
      runner: "secondary",
      role: "secondary",
      labels: labels.secondary,
      reason: "failover",
      cause: "offline",
      explanation: `secondary deploys: secondary secondary: healthy; ${says}.`,
      runners: [healthy("secondary"), primary],
      runbook: null,
    });
    assert.deepEqual(choose([broken], policy, now), {
      ...base,
      runner: null,
      role: null,
      labels: [],
      reason: "refused",
      cause: "offline",
      explanation: `No runner may deploy: ${says}.`,
      runners: [primary],
      runbook: "docs/runbooks/offline-restore.md#noauthorisedcapacity",
    });
  });

  it("orders what is wrong by how grave it is, whatever view it is from", () => {
    const worst = runner(
      "primary",
      { serviceActive: false, version: "2.300.0", diskUsedPercent: 99 },
      { status: "offline", labels: ["gpu"], oldestQueuedSeconds: 301, versionEndsInSeconds: 1 },
    );
    const until = { until: "2026-01-02T00:00:00Z", reason: "disk" };
    const [judged] = choose([{ ...worst, maintenance: until }], policy, now).runners;
    assert.deepEqual(judged?.reasons, [
      "in maintenance until 2026-01-02T00:00:00Z: disk",
      "not authorised: it lacks the labels self-hosted, linux, x64, production, primary",
      "GitHub shows it offline",
      "its service is not active",
      "its version 2.300.0 is older than 2.329.0, which GitHub asks for",
      "its disk is 99 % full, expected at most 85 %",
      "a job has waited 301 s for its labels",
      "GitHub gives its version no more jobs in 0 days",
      "its labels drifted: gpu",
    ]);
    const ended = runner("primary", { version: null }, { versionEndsInSeconds: 0 });
    assert.equal(choose([ended], policy, now).runners[0]?.grade, "unusable", "the graver of two of one kind");
    const drifted = runner("primary", {}, { labels: [...labels.primary, "gpu", "big"] });
    assert.deepEqual(choose([drifted], policy, now).runners[0]?.reasons, ["its labels drifted: gpu, big"]);
  });

  it("takes a value at its limit, and not one beyond", () => {
    const day = 86_400;
    const limits: [at: RunnerSeen, beyond: RunnerSeen, cause: Cause][] = [
      [runner("primary", { ageSeconds: 15 }), runner("primary", { ageSeconds: 15.1 }), "host_unreachable"],
      [runner("primary", {}, { ageSeconds: 75 }), runner("primary", {}, { ageSeconds: 75.1 }), "github_unknown"],
      [runner("primary", { diskUsedPercent: 85 }), runner("primary", { diskUsedPercent: 85.1 }), "disk"],
      [runner("primary", { inodesUsedPercent: 85 }), runner("primary", { inodesUsedPercent: 85.1 }), "inodes"],
      [
        runner("primary", {}, { oldestQueuedSeconds: 300 }),
        runner("primary", {}, { oldestQueuedSeconds: 300.1 }),
        "queue",
      ],
      [
        runner("primary", {}, { versionEndsInSeconds: 3 * day }),
        runner("primary", {}, { versionEndsInSeconds: 3 * day - 1 }),
        "version_end",
      ],
      [runner("primary", { version: "2.329.0" }), runner("primary", { version: "2.328.99" }), "version"],
    ];
    const judged = (seen: RunnerSeen) => choose([seen], policy, now).runners[0];
    for (const [at, beyond, cause] of limits) {
      assert.equal(judged(at)?.grade, "healthy", cause);
      assert.deepEqual([judged(beyond)?.cause, judged(beyond)?.reasons.length], [cause, 1]);
    }
    const ended = judged(runner("primary", {}, { versionEndsInSeconds: 0 }));
    assert.deepEqual(ended?.reasons, ["GitHub gives its version no more jobs"]);
    assert.deepEqual(judged(runner("primary", {}, { versionEndsInSeconds: null }))?.reasons, []);
    const inodes = (inodesUsedPercent: number) => judged(runner("primary", { inodesUsedPercent }))?.grade;
    assert.deepEqual([inodes(98.9), inodes(99), inodes(100)], ["degraded", "unusable", "unusable"]);
    // A service that does not run has no listener to speak of.
    for (const serviceActive of [false, null])
      for (const listenerConnected of [false, null])
        assert.equal(judged(runner("primary", { serviceActive, listenerConnected }))?.reasons.length, 1);
  });

  it("stays with the secondary that deploys where there are several", () => {
    const [down, one, two, three] = [
      runner("primary", null),
      ...["one", "two", "three"].map((name) => ({ ...runner("secondary"), name })),
    ] as [RunnerSeen, RunnerSeen, RunnerSeen, RunnerSeen];
    const times = { one: 0, two: 0, three: 0 };
    for (const name of ["one", "two", "three"]) {
      const before = { chosen: name, cause: null, healthySince: times, usableSince: times };
      assert.equal(choose([down, one, two, three], policy, now, before).runner, name);
    }
    assert.equal(choose([down, two, one], policy, now).runner, "two", "else the first of the list");
  });

  it("says for each runner that may be chosen later how long that still takes", () => {
    const times = { primary: now.getTime() - 4_000, secondary: now.getTime() };
    const before = { chosen: null, cause: null, healthySince: {}, usableSince: times };
    const waits = choose([runner("primary"), runner("secondary")], policy, now, before);
    assert.deepEqual(
      [waits.runner, ...waits.runners.map(({ reasons }) => reasons.join())],
      [null, "taken in 6 s if it stays so", "taken in 10 s if it stays so"],
    );
  });

  it("tells a failover by what began it, and nothing else by that", () => {
    const times = { primary: now.getTime(), secondary: 0 };
    const before = { chosen: "secondary", cause: "queue" as const, healthySince: times, usableSince: times };
    const both = [runner("primary"), runner("secondary")];
    const stays = choose(both, policy, now, before);
    assert.deepEqual([stays.runner, stays.cause], ["secondary", "queue"]);
    assert.deepEqual(
      stays.runners.map(({ reasons }) => reasons),
      [["taken in 60 s if it stays so"], []],
    );
    // Another secondary took over: what began that is seen now.
    const other = choose([runner("primary", null), runner("secondary")], policy, now, { ...before, chosen: "two" });
    assert.deepEqual([other.runner, other.cause], ["secondary", "host_unreachable"]);
    const back = choose(both, policy, now, { ...before, healthySince: { primary: 0, secondary: 0 } });
    assert.deepEqual([back.runner, back.cause], ["primary", null]);
    const refused = choose([runner("primary", null)], policy, now, { ...before, chosen: null });
    assert.deepEqual([refused.runner, refused.cause], [null, "host_unreachable"]);
    const kept = choose([runner("primary", { diskUsedPercent: 99 })], policy, now, { ...before, chosen: "primary" });
    assert.deepEqual([kept.runner, kept.cause], ["primary", "disk"]);
  });

  it("is good for its own runner and its own time only", () => {
    const decision = choose([runner("primary")], policy, now);
    assert.equal(stillValid(decision, "primary", now), undefined);
    assert.match(stillValid(decision, "secondary", now) ?? "", /primary was chosen/);
    assert.match(stillValid(decision, "primary", new Date(now.getTime() + 120_000)) ?? "", /expired/);
    assert.equal(stillValid(decision, "primary", new Date(now.getTime() + 119_999)), undefined);
    const refused = stillValid(choose([], policy, now), "primary", now);
    assert.equal(refused, "no runner was chosen, and this is primary");
  });
});
