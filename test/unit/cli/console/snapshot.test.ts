import Ajv from "ajv/dist/2020";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import type { Settings } from "@ghrunners/config/parse";
import { Readings, type PartSources } from "@ghrunners/cli/console/readings";
import { read, topologyOf } from "@ghrunners/cli/console/snapshot";
import { sourcesOf } from "@ghrunners/cli/console/sources";
import {
  environmentPlace,
  lastJobOf,
  nextDeployment,
  nodesOf,
  targetPlaces,
  verdict,
} from "@ghrunners/cli/console/view/overview";
import { linkTo, runbookLink, span } from "@ghrunners/cli/console/view/texts";
import { alertsOf, timelinesOf } from "@ghrunners/cli/console/view/timeline";
import { until } from "@ghrunners/core/until";
import { publishedSchema } from "../../../support/published-schema";
import { at, bare, beginning, healthy, monitoringView, problem, statusWith, unknown } from "./sample-stack";

const validate = addFormats(new Ajv({ strict: false })).compile(publishedSchema("console-snapshot"));

describe("the console's snapshot", () => {
  for (const [name, snapshot] of Object.entries({ healthy, problem, unknown, beginning, bare }))
    it(`has the published form: ${name}`, () => {
      assert.ok(validate(JSON.parse(JSON.stringify(snapshot))), JSON.stringify(validate.errors));
    });

  it("shows each part of the stack, and no secret", () => {
    const settings = {
      environment: "production",
      hosts: "manage",
      proxmox: { endpoint: "https://pve.example.org:8006/", node: "pve1" },
      proxmoxToken: "planted-proxmox",
      githubToken: "planted-github",
      sshPrivateKey: "planted-key",
      failoverToken: "planted-failover",
      github: { url: "https://github.com", repository: "octo-org/demo-app" },
      runners: [
        { role: "primary", name: "one", vmId: 151, address: "192.0.2.51" },
        { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52", node: "pve2" },
      ],
      monitoring: { host: "192.0.2.9", alertmanager: { url: "http://127.0.0.1:9093" }, secret: "planted-monitoring" },
      targets: [{ name: "app", address: "192.0.2.61", user: "deploy", hostKey: "ssh-ed25519 AAAA" }],
    } as unknown as Settings;
    const topology = topologyOf(settings, "https://example.org/runbooks");
    assert.deepEqual(topology.runners, [
      { name: "one", role: "primary", node: "pve1", vmId: 151, address: "192.0.2.51" },
      { name: "two", role: "secondary", node: "pve2", vmId: 152, address: "192.0.2.52" },
    ]);
    assert.equal(topology.github, "https://github.com/octo-org/demo-app");
    assert.doesNotMatch(JSON.stringify(topology), /planted|ssh-ed25519/);
  });

  it("says of a stack without switch, monitoring and targets what it lacks, and reads none of them", () => {
    const settings = { hosts: "manage", targets: [], runners: [] } as unknown as Settings;
    const { gate, monitoring, deployments } = sourcesOf("acme", settings);
    assert.match(
      "off" in gate ? gate.off : "",
      /runs no failover switch.*stack has none\. Next: docs\/how-to\/monitoring-host/,
    );
    assert.match("off" in monitoring ? monitoring.off : "", /has no monitoring host/);
    assert.match("off" in deployments ? deployments.off : "", /has no deployment target/);
  });
});

describe("the console's readings", () => {
  /** PartSources of which only monitoring does something. */
  const only = (readIt: () => Promise<typeof monitoringView>): PartSources => ({
    status: { off: "none" },
    gate: { off: "none" },
    deployments: { off: "none" },
    monitoring: { read: readIt, everyMs: 5_000 },
  });

  it("reads nothing before it is asked, and not again while the last answer is fresh", async () => {
    let [reads, now] = [0, at.getTime()];
    const readings = new Readings(
      only(async () => {
        reads += 1;
        return monitoringView;
      }),
      () => new Date(now),
    );
    assert.equal(reads, 0);
    assert.equal(readings.parts().monitoring.state, "loading");
    await until("it was read", 2_000, () => readings.parts().monitoring.state === "read");
    assert.deepEqual([readings.parts().monitoring.at, reads], [at.toISOString(), 1]);
    now += 5_000;
    readings.parts();
    await until("it was read again", 2_000, () => readings.parts().monitoring.at === new Date(now).toISOString());
    assert.equal(reads, 2);
  });

  it("keeps what it read when the next reading fails, and says why and how old it is", async () => {
    let [reads, now] = [0, at.getTime()];
    const readings = new Readings(
      only(async () => {
        reads += 1;
        if (reads > 1) throw new Error("no answer", { cause: new Error("ECONNREFUSED") });
        return monitoringView;
      }),
      () => new Date(now),
    );
    await until("it was read", 2_000, () => readings.parts().monitoring.state === "read");
    now += 5_000;
    await until("the reading failed", 2_000, () => readings.parts().monitoring.state === "failed");
    const { data, problem: seen, at: readAt } = readings.parts().monitoring;
    assert.deepEqual([data, seen, readAt], [monitoringView, "no answer: ECONNREFUSED", at.toISOString()]);
  });

  it("has never two readings of one source under way", async () => {
    let [reads, now] = [0, at.getTime()];
    const readings = new Readings(
      only(() => {
        reads += 1;
        return new Promise(() => undefined);
      }),
      () => new Date(now),
    );
    for (let minute = 0; minute < 5; minute += 1) {
      readings.parts();
      now += 60_000;
    }
    assert.equal(reads, 1);
  });
});

describe("what the console's page says", () => {
  it("of a healthy stack", () => {
    assert.deepEqual(verdict(healthy), { headline: { tone: "good", text: "Healthy" }, problems: [] });
    assert.equal(nextDeployment(healthy).headline.text, "runner-1 (primary) deploys next");
    const [node] = nodesOf(healthy);
    assert.deepEqual(
      node?.runners.map(({ machine, github, host, grade, next }) =>
        [machine, github, host, grade].map(({ tone }) => tone).concat(String(next) as "good"),
      ),
      [
        ["good", "good", "good", "good", "true"],
        ["good", "good", "good", "good", "false"],
      ],
    );
    assert.equal(targetPlaces(healthy, at)[0]?.state.text, "version 2 succeeded in 12 s".replace(" in 12 s", ""));
  });

  it("of a primary that is off: each side's view, the secondary as the next, and why", () => {
    const [primary, secondary] = nodesOf(problem)[0]?.runners ?? [];
    assert.deepEqual(
      [primary?.machine.text, primary?.github.text, primary?.host.text, primary?.grade.text, primary?.next],
      ["stopped", "offline", "ghrunners-runner does not answer", "unusable", false],
    );
    assert.deepEqual([primary?.reasons, secondary?.next], [["GitHub shows it offline"], true]);
    const { headline, why, next, changes } = nextDeployment(problem);
    assert.deepEqual(headline, { tone: "warning", text: "runner-2 (secondary) deploys next" });
    assert.match(why.join(), /primary runner-1: unusable, GitHub shows it offline/);
    assert.match(next?.text ?? "", /repair the primary/);
    assert.deepEqual(
      changes.map(({ runner, why: cause }) => [runner, cause]),
      [
        ["runner-2", "failover (offline)"],
        ["runner-1", "primary_healthy"],
      ],
    );
    assert.ok(verdict(problem).problems.includes("machine runner-1 (VM 151) is stopped"));
  });

  it("that it does not know, where nothing answered, and each cause once", () => {
    const [runner] = nodesOf(unknown)[0]?.runners ?? [];
    assert.deepEqual(
      [runner?.machine.tone, runner?.github.tone, runner?.grade.tone, nextDeployment(unknown).headline.tone],
      ["unknown", "unknown", "unknown", "unknown"],
    );
    const { problems } = verdict(unknown);
    assert.equal(new Set(problems).size, problems.length);
    assert.ok(problems.includes("failover switch cannot be read: 192.0.2.9 does not answer on port 22"));
    assert.ok(problems.includes("target app: 192.0.2.61 does not answer"));
    assert.deepEqual(environmentPlace(unknown).state, { tone: "unknown", text: "not known" });
    assert.deepEqual(
      [lastJobOf(unknown), lastJobOf(beginning)].map(({ why }) => why),
      ["Not known.", "Not known."],
    );
    assert.deepEqual(verdict(beginning).headline, { tone: "unknown", text: "Being read" });
  });

  it("that an environment is missing only where GitHub said so", () => {
    const missing = { ...healthy, status: read(statusWith({ deployment: null, lastJob: null }), at) };
    assert.deepEqual(environmentPlace(missing).state, { tone: "bad", text: "not there" });
    assert.deepEqual(lastJobOf(missing), { job: null, why: "None yet." });
  });

  it("of deployments: each step where it stood in time, failures with their checks", () => {
    const [target] = timelinesOf(problem, at);
    assert.equal(target?.open?.state.text, "runs for 60 s");
    assert.deepEqual([target?.open?.ended, target?.open?.running], [["preflight: ok"], 'step "unpack"']);
    const timeline = target?.timelines.find(({ id }) => id.endsWith("bbbb"));
    assert.equal(timeline?.state.text, "was rolled back in 13 s");
    const health = timeline?.bars.find(({ name }) => name === "health");
    assert.deepEqual([health?.state.tone, health?.failedChecks.length], ["bad", 1]);
    for (const { from, width } of timeline?.bars ?? []) assert.ok(from >= 0 && width > 0 && from + width <= 100.001);
    assert.deepEqual(timeline?.facts.at(-1), { label: "failure", text: "health_check: health endpoint: DOWN" });
  });

  it("of alerts: since when, and a link only to a web address", () => {
    assert.deepEqual(
      alertsOf(problem, at).map(({ name, state, since, runbook }) => [name, state.text, since, runbook === undefined]),
      [
        ["RunnerOffline", "firing, critical", "5 min", false],
        ["Strange", "pending, warning", "5 min", true],
      ],
    );
    assert.equal(linkTo("javascript:alert(1)"), undefined);
    assert.equal(
      runbookLink("docs/runbooks/offline-restore.md#noauthorisedcapacity", "https://x/runbooks"),
      "https://x/runbooks/offline-restore.md#noauthorisedcapacity",
    );
    assert.deepEqual([span(45), span(200), span(20_000), span(900_000)], ["45 s", "3 min", "6 h", "10 d"]);
  });
});
