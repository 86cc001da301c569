import assert from "node:assert/strict";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { pauses } from "@ghrunners/failover/choice/pause";
import { judge, type StatusObservation } from "@ghrunners/cli/status/report";
import { renderStatus } from "@ghrunners/cli/status/render";
import { at, expected, good, labels, validate } from "./facts";

function problems(seen: Partial<StatusObservation>): readonly string[] {
  const report = judge(expected, { ...good, ...seen }, at);
  assert.ok(validate(report), JSON.stringify(validate.errors));
  assert.equal(report.healthy, report.problems.length === 0);
  return report.problems;
}

describe("status report", () => {
  it("is healthy when both views are as configured, whatever the case of the labels", () => {
    assert.deepEqual(problems({}), []);
  });

  it("reports a machine whose status Proxmox VE does not know, as on a node that is off", () => {
    const machine = { vmid: 151, name: "runner-1" };
    for (const vm of [{ ...machine, status: "unknown" }, machine])
      assert.deepEqual(problems({ vms: [vm] }), ["machine runner-1 (VM 151) is unknown"]);
  });

  it("shows a pause of deployments, which is no problem, and reports an unreadable one", () => {
    const pause = { environment: "production", until: "2999-01-01T00:00:00Z", note: "migration", by: "ada" };
    const report = judge(expected, { ...good, pause: pauses.text([pause]) }, at);
    assert.deepEqual([report.pause?.note, report.healthy], ["migration", true]);
    assert.match(
      renderStatus(report),
      /Deployments to production are paused until 2999-01-01T00:00:00Z: migration \(by ada\)/,
    );
    assert.match(
      problems({ pause: "{" }).join(),
      /unknown whether deployments are paused: DEPLOY_PAUSED is no JSON\. Expected schema ghrunners\.pauses\/1\. Next: ghrunners resume$/,
    );
  });

  it("shows runners in maintenance until it ends, and reports an unreadable variable", () => {
    const entry = { name: "runner-1", until: "2026-11-22T11:00:00Z", reason: "disk", by: "op@host" };
    const strange = { ...entry, name: "runner-of-another-stack" };
    const text = maintenances.text([entry, strange, { ...entry, until: "2026-11-22T09:00:00Z" }]);
    const report = judge(expected, { ...good, maintenance: text }, at);
    assert.deepEqual([report.maintenance, report.problems], [[entry], []]);
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.match(renderStatus(report), /In maintenance until 2026-11-22T11:00:00Z: runner-1 \(disk; by op@host\)/);
    assert.match(problems({ maintenance: "{" }).join(), /RUNNER_MAINTENANCE is no JSON/);
  });

  it("names every difference of the environment's protection", () => {
    assert.deepEqual(problems({ deployment: null }), ["environment production does not exist at GitHub"]);
    const loosened = { reviewers: [], waitMinutes: 5, preventSelfReview: false, adminsCanBypass: true };
    assert.deepEqual(problems({ deployment: { ...loosened, branches: ["main", "*"], tags: [] } }), [
      "environment production is reviewed by none, configured: octocat",
      "environment production lets administrators bypass, contrary to the configuration",
      "environment production waits 5 min, configured: 0 min",
      "environment production takes the branches main, *, configured: main",
      "environment production takes the tags none, configured: v*",
    ]);
  });

  it("does not call an environment as configured if it could not be read", () => {
    const report = judge(expected, { ...good, deployment: undefined, errors: ["GitHub's environment"] }, at);
    assert.deepEqual([report.deployment?.asConfigured, report.healthy], [false, false]);
  });

  it("says nothing of an environment that the stack does not manage", () => {
    const report = judge({ ...expected, deployment: null }, { ...good, deployment: undefined }, at);
    assert.ok(validate(report), JSON.stringify(validate.errors));
    assert.deepEqual([report.deployment, report.healthy], [null, true]);
    assert.doesNotMatch(renderStatus(report), /Environment \(GitHub\)/);
  });

  it("shows the environment and its protection", () => {
    const screen = renderStatus(judge(expected, good, at)).replace(/\u001b\[\d+m/g, "");
    assert.match(screen, /production: reviewed by Octocat; no self-review; no one may bypass; branches main; tags v\*/);
  });

  it("names a machine that is stopped or missing", () => {
    assert.deepEqual(problems({ vms: [{ vmid: 151, name: "runner-1", status: "stopped" }] }), [
      "machine runner-1 (VM 151) is stopped",
    ]);
    assert.deepEqual(problems({ vms: [] }), ["machine runner-1 (VM 151) is missing"]);
  });

  it("names a runner that is offline, unknown to GitHub, or has other labels than configured", () => {
    const [runner] = good.runners;
    assert.ok(runner);
    assert.deepEqual(problems({ runners: [{ ...runner, online: false }] }), ["runner runner-1 is offline at GitHub"]);
    assert.deepEqual(problems({ runners: [] }), ["runner runner-1 is not registered at GitHub"]);
    assert.deepEqual(problems({ runners: [{ ...runner, labels: [...labels.slice(0, 4), "gpu"] }] }), [
      "runner runner-1 lacks the labels primary",
      "runner runner-1 carries labels that are not configured: gpu",
    ]);
  });

  it("calls unknown what a service did not show, and gives the cause alone", () => {
    const errors = ["Proxmox VE cannot be read: 503", "GitHub cannot be read: 502"];
    const report = judge(expected, { ...good, vms: undefined, runners: undefined, errors }, at);
    assert.deepEqual([report.machines[0]?.status, report.runners[0]?.status], ["unknown", "unknown"]);
    assert.deepEqual(report.problems, errors);
    assert.ok(validate(report), JSON.stringify(validate.errors));
  });

  it("is never healthy for lack of data", () => {
    assert.deepEqual(problems({ errors: ["GitHub cannot be asked: 502"] }), ["GitHub cannot be asked: 502"]);
  });

  it("expects no runners of a stack that manages machines only", () => {
    const report = judge({ ...expected, hosts: "skip" }, { ...good, runners: [] }, at);
    assert.equal(report.healthy, true);
    assert.match(renderStatus(report), /this stack manages machines only/);
  });

  it("renders every machine, runner and problem", () => {
    const screen = renderStatus(judge(expected, { ...good, vms: [] }, at));
    for (const text of ["octo-org/demo-app", "VM 151", "2.336.0", "missing", "1 problem"]) {
      assert.ok(screen.includes(text), `${text} is not on the screen:\n${screen}`);
    }
  });

  it("shows monitoring, and counts missing exporters, bad rules and firing alerts as problems", () => {
    const target = { job: "ghrunners-runner", instance: "198.51.100.51:9101", subject: "runner-1", error: "" };
    const alert = {
      name: "RunnerOffline",
      severity: "critical",
      component: "runner",
      role: "primary",
      runner: "runner-1",
    };
    const monitoring = {
      prometheus: "http://198.51.100.200:9090",
      targets: [
        { ...target, health: "up" as const },
        { ...target, health: "down" as const, error: "connection refused" },
      ],
      rules: { groups: 2, rules: 40, broken: [] },
      alerts: [
        { ...alert, state: "firing" as const, since: at.toISOString(), summary: "it is off", runbook: "https://x/" },
      ],
      watchdog: true,
    };
    const down = "exporter ghrunners-runner of runner-1 is down: connection refused";
    const fires = "alert RunnerOffline (runner-1) fires: it is off. Runbook: https://x/";
    assert.deepEqual(problems({ monitoring }), [down, fires]);
    const unheard = ["pending" as const, "muted" as const].map((state) => ({ ...monitoring.alerts[0]!, state }));
    const news = { ...monitoring.alerts[0]!, severity: "warning" };
    assert.deepEqual(problems({ monitoring: { ...monitoring, alerts: [...unheard, news] } }), [down]);
    const silent = { ...monitoring, alerts: [], watchdog: false };
    assert.match(problems({ monitoring: silent }).join(), /Watchdog does not fire/);
    const unseen = { ...monitoring, targets: [{ ...target, health: "unknown" as const }] };
    assert.deepEqual(problems({ monitoring: unseen }), [
      "exporter ghrunners-runner of runner-1 was not scraped yet",
      fires,
    ]);
    const none = { groups: 0, rules: 0, broken: [] };
    assert.match(problems({ monitoring: { ...monitoring, rules: none } }).join(), /Next: ghrunners restore-monitoring/);
    const broken = { ...monitoring.rules, broken: [{ name: "GhostBusy", error: "many-to-many" }] };
    assert.deepEqual(problems({ monitoring: { ...monitoring, rules: broken } }), [
      down,
      "rule GhostBusy cannot be evaluated: many-to-many",
      fires,
    ]);
    const screen = renderStatus(judge(expected, { ...good, monitoring }, at));
    assert.match(screen, /1 of 2 exporters up; ghrunners-runner of runner-1 down/);
    assert.match(screen, /40 rules in 2 groups/);
    assert.match(screen, /firing: RunnerOffline \(runner-1\)/);
  });
});
