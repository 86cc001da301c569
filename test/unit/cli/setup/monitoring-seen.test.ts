import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { grafanaNotices, lackingServices } from "@ghrunners/cli/setup/lacking-services";
import { explainLook } from "@ghrunners/cli/setup/look-monitoring";
import { parseSeenMonitoring } from "@ghrunners/cli/setup/monitoring-seen";
import { takenParts } from "@ghrunners/cli/setup/other-stacks";
import { monitoring } from "@ghrunners/config/monitoring";
import { projectRoot } from "@ghrunners/core/project-root";
import { HostUnreachableError } from "@ghrunners/core/ssh/session";
import { renderScript } from "@ghrunners/core/ssh/render-script";

const places = monitoring.parse({ host: "192.0.2.1", user: "operator", hostKey: "ssh-ed25519 AAAA" });

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const whole = [
  "os debian 12",
  "systemd yes",
  "package:prometheus installed",
  "package:curl deinstall",
  "tool:promtool /usr/bin/promtool",
  "tool:amtool ",
  "runs:prometheus prometheus.service",
  "runs:alertmanager container",
  "answer:prometheus 200",
  "answer:alertmanager 000",
  "answer:grafana 503",
  "answer:node-exporter 200",
  "folder:/etc/prometheus/rules.d yes",
  "folder:/etc/prometheus/targets.d no",
  `file:prometheus ${base64("rule_files: []\n")}`,
  "file:alertmanager ",
  "folder:/etc/grafana/provisioning/dashboards yes",
  `provider:1 ${base64("my own.yaml")} ${base64("apiVersion: 1\n")}`,
  `provider:2 ${base64("empty.yml")} `,
  "reads:grafana no",
  `file:fleet-exporter ${base64('{ "view": "fleet", "repository": "octo-org/demo-app", "label": "production" }')}`,
  "dashboards:ghrunners.production yes",
  "dashboards:ghrunners.staging-2 yes",
].join("\n");

describe("what a monitoring host has", () => {
  it("is read from the script's lines", () => {
    assert.deepEqual(parseSeenMonitoring(whole), {
      os: "debian 12",
      hasSystemd: true,
      packages: ["prometheus"],
      tools: ["promtool"],
      folders: ["/etc/prometheus/rules.d", "/etc/grafana/provisioning/dashboards"],
      prometheus: { runsAs: "prometheus.service", status: 200, config: "rule_files: []\n" },
      alertmanager: { runsAs: "container", status: undefined, config: undefined },
      stock: [],
      grafana: 503,
      provisioning: [
        { name: "my own.yaml", text: "apiVersion: 1\n" },
        { name: "empty.yml", text: "" },
      ],
      grafanaReads: false,
      nodeExporter: 200,
      fleetOf: { repository: "octo-org/demo-app", environment: "production" },
      dashboardsOf: ["production", "staging-2"],
    });
    const unreadable = whole.replace(/^file:fleet-exporter .*$/m, `file:fleet-exporter ${base64("{")}`);
    assert.equal(parseSeenMonitoring(unreadable).fleetOf, undefined);
  });

  it("tells what a second stack has to do without, and nothing to the stack that has it", () => {
    const seen = { ...parseSeenMonitoring(whole), dashboardsOf: ["production"] };
    const wanted = { repository: "octo-org/demo-app", environment: "staging", fleetExporter: true, dashboards: true };
    assert.deepEqual(takenParts(seen, wanted), [
      "The monitoring host has the fleet exporter of production of octo-org/demo-app, and a host has one. Next: ghrunners init --set monitoring.fleetExporter=false; this stack is then without GitHub's view and without failover",
      "The monitoring host has the dashboards of production, which show every environment. Next: ghrunners init --set monitoring.dashboards=false",
    ]);
    assert.deepEqual(takenParts(seen, { ...wanted, fleetExporter: false, dashboards: false }), []);
    assert.deepEqual(takenParts(seen, { ...wanted, environment: "production" }), []);
    const elsewhere = { ...wanted, environment: "production", repository: "octo-org/other", dashboards: false };
    assert.equal(takenParts(seen, elsewhere).length, 1);
    assert.deepEqual(takenParts({ ...seen, fleetOf: undefined, dashboardsOf: [] }, wanted), []);
  });

  it("is what this machine has, when the script is run here", () => {
    const text = readFileSync(path.join(projectRoot, "packages/cli/setup/scripts/look-monitoring.sh"), "utf8");
    // Nothing listens on port 1, and nothing is read besides this machine's own facts.
    const parameters = {
      PROMETHEUS_URL: "http://127.0.0.1:1",
      ALERTMANAGER_URL: "http://127.0.0.1:1",
      GRAFANA_URL: "http://127.0.0.1:1",
      PROMETHEUS_CONFIG: path.join(projectRoot, "package.json"),
      ALERTMANAGER_FILE: path.join(projectRoot, "no-such-file"),
      RULES_DIR: projectRoot,
      TARGETS_DIR: path.join(projectRoot, "no-such-folder"),
      DASHBOARDS_DIR: path.join(projectRoot, "no-such-folder"),
      // The folder's one file whose name ends as those of providers do.
      GRAFANA_PROVISIONING: projectRoot,
      FLEET_CONFIG: path.join(projectRoot, "no-such-file"),
      PACKAGES: "bash no-such-package",
    };
    const { status, stdout, stderr } = spawnSync("bash", ["-s", "--", "look"], {
      input: renderScript(text, parameters),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    const seen = parseSeenMonitoring(stdout);
    assert.match(seen.os, /^[a-z]+/);
    assert.ok(!seen.packages.includes("no-such-package"), stdout);
    assert.deepEqual(seen.folders, [projectRoot]);
    assert.match(stdout, new RegExp(`^provider:1 ${base64("Pulumi.yaml").slice(0, 8)}`, "m"));
    assert.match(seen.prometheus.config ?? "", /"name": "ghrunners"/);
    assert.deepEqual(
      [seen.prometheus.status, seen.alertmanager.config, seen.grafana],
      [undefined, undefined, undefined],
    );
  });

  it("tells which service does not answer, and where the dashboards are without Grafana", () => {
    const seen = parseSeenMonitoring(whole);
    assert.deepEqual(lackingServices(seen, places), [
      "Alertmanager at http://127.0.0.1:9093 on the monitoring host: seen no answer, though it runs as container, expected 200. Next: ghrunners setup monitoring",
    ]);
    assert.deepEqual(grafanaNotices({ ...seen, provisioning: undefined }, places), [
      "No Grafana answers on port 3000 of the monitoring host: the dashboards are installed as files, and ghrunners console draws them.",
    ]);
    assert.match(
      grafanaNotices({ ...seen, grafana: 200, grafanaReads: true }, places).join(),
      /^Dashboards: no provider in \S+ reads \S+\. Next: ghrunners setup monitoring$/,
    );
    assert.deepEqual(grafanaNotices(seen, { ...places, dashboards: false }), []);
  });

  it("is told apart from a machine of the stack where it does not answer", () => {
    const told = explainLook(new HostUnreachableError("Next: look at the VM's console"), {
      host: "192.0.2.1",
    }) as Error;
    assert.match(told.message, /^192\.0\.2\.1 does not answer on port 22\. Expected the monitoring host\./);
    const other = new Error("refused");
    assert.equal(explainLook(other, { host: "192.0.2.1" }), other);
  });
});
