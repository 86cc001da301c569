import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { parse, stringify } from "yaml";
import { alertmanagerConfig, fragments, prometheusConfig } from "@ghrunners/cli/setup/monitoring-config";
import {
  namingOptions,
  renderSetupMonitoring,
  type SetupMonitoringReport,
  workOn,
} from "@ghrunners/cli/setup/monitoring";
import { printedScript } from "@ghrunners/cli/setup/monitoring-script";
import type { SeenMonitoring } from "@ghrunners/cli/setup/monitoring-seen";
import { planMonitoring } from "@ghrunners/cli/setup/plan-monitoring";
import { monitoring } from "@ghrunners/config/monitoring";

const address = { host: "192.0.2.1", user: "operator", hostKey: "ssh-ed25519 AAAA" };
const onCallUrl = "http://127.0.0.1:9095/notifications";
const places = monitoring.parse({ ...address, alertmanager: { onCallUrl } });

const nothing = { runsAs: undefined, status: undefined, config: undefined };
const empty: SeenMonitoring = {
  os: "debian 12",
  hasSystemd: true,
  packages: [],
  tools: [],
  folders: [],
  stock: [],
  prometheus: nothing,
  alertmanager: nothing,
  grafana: undefined,
  provisioning: undefined,
  grafanaReads: undefined,
  nodeExporter: undefined,
  fleetOf: undefined,
  dashboardsOf: [],
};
const ready: SeenMonitoring = {
  ...empty,
  packages: ["prometheus", "prometheus-alertmanager", "prometheus-node-exporter", "curl"],
  tools: ["promtool", "amtool", "curl"],
  prometheus: { runsAs: "prometheus.service", status: 200, config: prometheusConfig(places) },
  alertmanager: { runsAs: "prometheus-alertmanager.service", status: 200, config: alertmanagerConfig(places) },
  nodeExporter: 200,
};

const whats = (seen: SeenMonitoring, where = places): string[] =>
  planMonitoring(seen, where).missing.map(({ what }) => what);

describe("plan of ghrunners setup monitoring", () => {
  it("is to set up a machine that has nothing, and nothing on one that has all", () => {
    assert.deepEqual(planMonitoring(empty, places), { state: "empty", missing: [], because: [] });
    assert.deepEqual(planMonitoring(ready, places), { state: "ready", missing: [], because: [] });
  });

  it("is to go on where only the packages, or one of the two files, were installed", () => {
    const stock = {
      ...ready,
      stock: ["prometheus", "alertmanager"],
      prometheus: { ...ready.prometheus, config: "a: 1" },
    };
    assert.equal(planMonitoring(stock, places).state, "empty");
    const half = { ...ready, stock: ["prometheus"], prometheus: { ...ready.prometheus, config: "a: 1" } };
    assert.equal(planMonitoring(half, places).state, "empty");
  });

  it("only reads a Prometheus from an archive, and says which lines it lacks", () => {
    const prometheus = { runsAs: "prom.service", status: 200, config: "rule_files: [other.yml]\nscrape_configs: []\n" };
    const archive = { ...ready, packages: ["curl"], tools: ["curl", "amtool"], prometheus };
    const plan = planMonitoring(archive, places);
    assert.equal(plan.state, "owned");
    assert.deepEqual(plan.because, [
      "Prometheus runs as prom.service, not from Debian's package",
      "Prometheus's configuration is not as Debian's package brought it",
      "Alertmanager runs as prometheus-alertmanager.service, not from Debian's package",
    ]);
    assert.deepEqual(
      plan.missing.map(({ what }) => what),
      [
        "promtool is not on PATH",
        "/etc/prometheus/prometheus.yml has no rule_files with /etc/prometheus/rules.d/*.yml",
        "/etc/prometheus/prometheus.yml has no scrape job with file_sd_configs of /etc/prometheus/targets.d/*.json",
        "/etc/prometheus/prometheus.yml has no alerting with alertmanagers",
      ],
    );
    assert.match(plan.missing[0]?.add ?? "", /in the archive that Prometheus came in: ln -s/);
  });

  for (const [rules, targets, isFound] of [
    ["rules.d/*.yml", "targets.d/*.json", true],
    ["/etc/prometheus/*.d/ghrunners.*.yml", "/etc/prometheus/targets.d/*", true],
    ["./rules.d/*.y*ml", "./targets.d/ghrunners.[a-z]*.json", true],
    ["rules/*.yml", "targets/*.json", false],
    ["rules.d/*.yaml", "targets.d/*.yml", false],
    ["rules.d/node-*.yml", "targets.d/node/*.json", false],
  ] as const)
    it(`${isFound ? "takes" : "does not take"} ${rules} and ${targets} for patterns that find the stack's files`, () => {
      const whole = parse(prometheusConfig(places)) as { scrape_configs: { file_sd_configs?: unknown }[] };
      const scrape_configs = whole.scrape_configs.map((job) =>
        job.file_sd_configs === undefined ? job : { ...job, file_sd_configs: [{ files: [targets] }] },
      );
      const config = stringify({ ...whole, rule_files: [rules], scrape_configs });
      const seen = whats({ ...ready, prometheus: { ...ready.prometheus, config } });
      assert.equal(seen.length, isFound ? 0 : 2, seen.join("\n"));
    });

  it("says of a container that its files and tools are elsewhere", () => {
    const container = {
      ...ready,
      packages: ["curl"],
      tools: ["curl", "amtool"],
      prometheus: { runsAs: "container", status: 200, config: undefined },
    };
    const { state, because, missing } = planMonitoring(container, places);
    assert.equal(state, "owned");
    assert.match(because[0] ?? "", /Prometheus runs as container/);
    assert.match(missing[0]?.add ?? "", /in a container, whose files and tools are elsewhere/);
    assert.match(missing[1]?.what ?? "", /prometheus\.yml is not there/);
  });

  it("only reads another system than Debian or Ubuntu", () => {
    assert.equal(planMonitoring({ ...empty, os: "fedora 44" }, places).state, "owned");
    assert.equal(planMonitoring({ ...empty, hasSystemd: false }, places).state, "owned");
  });

  it("names the lines without which alerts reach no one, unless the stack writes that file", () => {
    const unrouted = { ...ready, alertmanager: { ...ready.alertmanager, config: "receivers: [{ name: other }]" } };
    assert.match(whats(unrouted)[0] ?? "", /has no receiver oncall-sre, so alerts reach no one/);
    const managed = monitoring.parse({ ...address, alertmanager: { manage: true, onCallUrl } });
    assert.deepEqual(whats(unrouted, managed), []);
    assert.equal(alertmanagerConfig(managed), "");
  });

  it("names what keeps Grafana from reading the dashboards, which the program itself does not need", () => {
    const unread = { ...ready, grafana: 200, provisioning: [] };
    const { state, missing } = planMonitoring(unread, places);
    assert.deepEqual([state, missing.length], ["ready", 1]);
    assert.match(missing[0]?.add ?? "", /^apiVersion: 1\nproviders:\n {2}- name: ghrunners\n/);
    assert.deepEqual(planMonitoring(unread, { ...places, dashboards: false }).missing, []);
    const owned = planMonitoring({ ...unread, tools: [], os: "fedora 42" }, places);
    assert.deepEqual([owned.state, owned.missing.length], ["owned", 4]);
  });

  it("has fragments that a configuration with all of them consists of", () => {
    const whole = parse(prometheusConfig(places)) as Record<string, unknown[]>;
    const { rules, targets, alerting } = fragments(places);
    assert.deepEqual(parse(rules), { rule_files: whole.rule_files });
    assert.deepEqual(parse(alerting), { alerting: whole.alerting });
    assert.deepEqual(parse(targets), { scrape_configs: [whole.scrape_configs?.at(-1)] });
  });

  it("limits what a job can answer in place of an exporter", () => {
    const { scrape_configs } = parse(prometheusConfig(places)) as { scrape_configs: Record<string, unknown>[] };
    const { body_size_limit, sample_limit } = scrape_configs.at(-1) ?? {};
    assert.deepEqual({ body_size_limit, sample_limit }, { body_size_limit: "16MB", sample_limit: 20_000 });
  });

  it("is a script that bash reads, where no machine is named", async () => {
    const report = await workOn({ places, login: undefined }, false);
    assert.equal(report.state, "unseen");
    const { status, stderr } = spawnSync("bash", ["-n"], { input: printedScript(places), encoding: "utf8" });
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(report.script, printedScript(places));
  });

  it("keeps in the next command what named the machine", () => {
    const named = namingOptions({ host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA" });
    assert.equal(named, " --host '192.0.2.1' --host-key 'ssh-ed25519 AAAA'");
    const report: SetupMonitoringReport = {
      host: "192.0.2.1",
      state: "owned",
      because: [],
      missing: [],
      did: [],
      script: null,
    };
    assert.ok(renderSetupMonitoring(report, named).includes(`\n  ghrunners setup monitoring${named}\n`));
    assert.equal(namingOptions({}), "");
  });

  it("is shown with what to do next", () => {
    const report = (part: Partial<SetupMonitoringReport>): string =>
      renderSetupMonitoring({
        host: "192.0.2.1",
        state: "ready",
        because: [],
        missing: [],
        did: [],
        script: null,
        ...part,
      });
    assert.match(report({}), /192\.0\.2\.1 has everything that the program needs\./);
    assert.match(report({ state: "empty" }), /Next:\n {2}ghrunners setup monitoring --apply/);
    const owned = report({ state: "owned", missing: [{ what: "promtool is not on PATH", add: "one\ntwo" }] });
    assert.match(owned, /! promtool is not on PATH\. Add:\n {4}one\n {4}two/);
    assert.match(owned, /Next: add what is missing, then\n {2}ghrunners setup monitoring/);
  });
});
