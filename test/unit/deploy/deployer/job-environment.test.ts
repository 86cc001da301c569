import assert from "node:assert/strict";
import { addressOf, idOf, originOf, ownerOf } from "@ghrunners/deploy/deployer/job-environment";
import type { GateDecision } from "@ghrunners/failover/choice/choose";

const now = new Date("2026-01-01T00:01:00Z");
const labels = ["self-hosted", "linux", "x64", "production", "primary"];
const choice = {
  labels,
  runner: "primary",
  reason: "healthy on both views",
  decidedAt: "2026-01-01T00:00:30Z",
  expiresAt: "2026-01-01T00:05:00Z",
};
const job = {
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "octo-org/demo-app",
  GITHUB_RUN_ID: "7",
  GITHUB_ACTOR: "octocat",
  RUNNER_NAME: "runner-1",
  DEPLOY_ENVIRONMENT: "production",
  GATE_LABELS: JSON.stringify(labels),
  GATE_REASON: "healthy on both views",
  WANTED_RUNNER: "auto",
  DEPLOY_RUNNER: JSON.stringify(choice),
};

describe("what a job gives the deployer", () => {
  it("is the run and the gate's decision, for the record", () => {
    const { run, gate } = originOf(job, now);
    assert.equal(run, "https://github.example/octo-org/demo-app/actions/runs/7");
    const { runner, role, reason, explanation } = gate as GateDecision;
    assert.deepEqual(
      { runner, role, reason, explanation },
      { runner: "primary", role: "primary", reason: "primary_healthy", explanation: "healthy on both views" },
    );
    assert.equal(ownerOf(job), "octocat@runner-1");
  });

  it("keeps the whole decision where the variable has it, and compares the runner's name", () => {
    const decision = { schema: "ghrunners.gate-decision/1", ...choice, runner: "runner-1", runners: [] };
    const given = { ...job, DEPLOY_RUNNER: JSON.stringify({ ...choice, decision }) };
    assert.deepEqual(originOf(given, now).gate, decision);
    assert.throws(
      () => originOf({ ...given, RUNNER_NAME: "runner-2" }, now),
      /runner-1 was chosen, and this is runner-2/,
    );
  });

  it("stops a runner that is not chosen any more, before anything is touched", () => {
    const secondary = labels.map((label) => (label === "primary" ? "secondary" : label));
    const now2 = JSON.stringify({ ...choice, labels: secondary, runner: "secondary" });
    assert.throws(() => originOf({ ...job, DEPLOY_RUNNER: now2 }, now), /secondary was chosen, and this is primary/);
    const late = new Date("2026-01-01T00:05:00Z");
    assert.throws(() => originOf(job, late), /the decision expired at 2026-01-01T00:05:00Z.*Nothing was changed/);
    assert.throws(() => originOf({ ...job, DEPLOY_RUNNER: "" }, now), /DEPLOY_RUNNER is not set.*monitoring-blind/);
    assert.throws(() => originOf({ ...job, DEPLOY_RUNNER: "[]" }, now), /is not what the monitoring host writes/);
  });

  it("is a decision by hand where one runner was asked for, whatever the variable says", () => {
    const given = { ...job, WANTED_RUNNER: "primary", DEPLOY_RUNNER: "", GATE_REASON: "primary was requested by hand" };
    const { reason, role } = originOf(given, now).gate as GateDecision;
    assert.deepEqual([reason, role], ["by_hand", "primary"]);
  });

  it("is the target with its pinned key", () => {
    const targets = JSON.stringify([
      { name: "app", address: "192.0.2.60", user: "deploy", hostKey: "ssh-ed25519 AAAA" },
    ]);
    assert.deepEqual(addressOf({ DEPLOY_TARGETS: targets }, "app"), {
      host: "192.0.2.60",
      user: "deploy",
      hostKey: "ssh-ed25519 AAAA",
    });
    assert.throws(
      () => addressOf({ DEPLOY_TARGETS: targets }, "db"),
      /does not name the plan's target "db". Known: app/,
    );
    assert.throws(() => addressOf({}, "app"), /Known: none/);
    assert.throws(() => addressOf({ DEPLOY_TARGETS: "[{}]" }, "app"), /DEPLOY_TARGETS is not usable/);
  });

  it("is an id of its own for each attempt of a run", () => {
    assert.equal(idOf({}, ""), undefined);
    assert.equal(idOf({ GITHUB_RUN_ATTEMPT: "1" }, "20260101T000000Z-ab12"), "20260101T000000Z-ab12");
    assert.equal(idOf({ GITHUB_RUN_ATTEMPT: "2" }, "20260101T000000Z-ab12"), "20260101T000000Z-ab12-2");
    assert.throws(() => idOf({}, "../etc"), /is not a deployment id/);
  });
});
