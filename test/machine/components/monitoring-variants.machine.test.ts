import assert from "node:assert/strict";
import { until } from "@ghrunners/core/until";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import type { FileSets } from "@ghrunners/components/monitoring/plan-files";
import { monitoringScript } from "@ghrunners/components/scripts/read-script";
import { type ExporterConfig, installParameters, installScript } from "@ghrunners/exporter/install";
import { renderRules } from "@ghrunners/monitoring";
import { monitoringSets, ruleText } from "../../unit/components/support/monitoring-sets";
import { settings } from "../../unit/monitoring/settings";
import { type HostScriptResult, MonitoringRig } from "./support/monitoring-rig";

const rig = new MonitoringRig("monvar");
const must = (script: string): string => rig.must(script);

/** What Prometheus and Alertmanager answer as JSON. */
const answer = <Answer>(url: string): Answer => JSON.parse(must(`curl --silent --fail '${url}'`)) as Answer;

interface Rules {
  readonly data: {
    readonly groups: readonly {
      readonly file: string;
      readonly rules: readonly { readonly query: string; readonly labels?: Readonly<Record<string, string>> }[];
    }[];
  };
}

/** The rules that Prometheus has loaded of this stack's files. */
const loaded = (): Rules["data"]["groups"][number]["rules"] =>
  answer<Rules>("http://127.0.0.1:9090/api/v1/rules")
    .data.groups.filter(({ file }) => file.includes("/ghrunners.lab."))
    .flatMap(({ rules }) => rules);

/** Replaces the configuration of Debian's Prometheus; the program itself never does. */
async function configured(text: string): Promise<void> {
  must(`cat >/etc/prometheus/prometheus.yml <<'YML'\n${text}\nYML\nsystemctl restart prometheus`);
  await rig.answers("http://127.0.0.1:9090/-/ready");
}

describe("monitoring host as other teams have it", function () {
  this.timeout(900_000);

  before(() => rig.start());
  after(() => rig.end());

  it("Ubuntu 22.04's Node is refused by an exporter before anything is changed", async () => {
    const config = {
      ...{ view: "fleet" as const, label: "lab", listen: { host: "127.0.0.1", port: 9102 } },
      githubUrl: "https://github.com",
      ...{ repository: "octo-org/demo-app", runners: [{ name: "one", role: "primary" as const, labels: ["lab"] }] },
    };
    const install = renderScript(installScript(), await installParameters("fleet", config, "test", "operator"));
    const traces = (): string =>
      must("find /etc/systemd/system /etc/ghrunners /opt/ghrunners 2>/dev/null | sort; cut -d : -f 1 /etc/passwd");
    must(`mv /usr/bin/node /usr/bin/node.newer
      printf '#!/bin/sh\\necho v12.22.9\\n' >/usr/bin/node; chmod 755 /usr/bin/node`);
    try {
      const before = traces();
      const { code, output } = rig.run(install, "install");
      assert.equal(code, 1, output);
      assert.match(
        output,
        /^\/usr\/bin\/node on monitoring\S* is v12\.22\.9\. Expected Node 18 or newer \(.*Next: .*pulumi up$/m,
      );
      assert.equal(traces(), before);
    } finally {
      must("mv /usr/bin/node.newer /usr/bin/node");
    }
  });

  describe("with labels for the outside, relative patterns, no intervals, and 300 other targets", () => {
    const rules = renderRules({ ...settings, environment: "lab" });
    const sets: FileSets = {
      ...monitoringSets("lab"),
      rules: rules.map(({ name, content, groups }) => ({ name, text: content, groups })),
    };

    before(async () => {
      const nodes = Array.from({ length: 300 }, (_, index) => `"127.1.${index >> 8}.${index & 255}:9100"`);
      await configured(`global:
  external_labels: { environment: dc1, role: infra }
rule_files: ["rules.d/*.yml"]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:9093"] }] }] }
scrape_configs:
  - { job_name: files, file_sd_configs: [{ files: ["targets.d/*.json"] }] }
  - { job_name: nodes, static_configs: [{ targets: [${nodes.join(", ")}] }] }`);
    });

    it("the files are loaded, and a second run changes nothing", () => {
      const first = rig.files("apply", sets);
      assert.equal(first.code, 0, first.output);
      const count = rules.flatMap(({ groups }) => Object.values(groups)).reduce((sum, each) => sum + each, 0);
      assert.equal(loaded().length, count);
      const second = rig.files("apply", sets);
      assert.match(second.output, /files, unchanged/);
    });

    it("alerts keep their environment on the way to on-call", async () => {
      const alerts = loaded().filter(({ labels }) => labels?.["severity"] !== undefined);
      assert.ok(alerts.length > 0);
      assert.deepEqual(
        alerts.filter(({ labels }) => labels?.["environment"] !== "lab"),
        [],
      );
      // The rules are evaluated once a minute.
      const [sent] = await until("Alertmanager has the alert that always fires", 120_000, () => {
        type Alerts = { labels: Record<string, string>; receivers: { name: string }[] }[];
        const found = answer<Alerts>('http://127.0.0.1:9093/api/v2/alerts?filter=alertname="Watchdog"');
        return found.length > 0 ? found : undefined;
      });
      assert.equal(sent?.labels["environment"], "lab");
      assert.deepEqual(
        sent?.receivers.map(({ name }) => name),
        ["oncall-sre"],
      );
    });

    after(() => {
      const removed = rig.files("remove", sets);
      assert.equal(removed.code, 0, removed.output);
    });
  });

  describe("with two stacks", () => {
    const staging = monitoringSets("lab-2");
    const configOf = (label: string): ExporterConfig => ({
      ...{ view: "fleet" as const, label, listen: { host: "127.0.0.1", port: 9102 } },
      githubUrl: "https://github.com",
      ...{ repository: "octo-org/demo-app", runners: [{ name: "one", role: "primary" as const, labels: [label] }] },
    });
    const exporter = async (verb: string, label: string, before?: string): Promise<HostScriptResult> => {
      const former = before === undefined ? undefined : configOf(before);
      const parameters = await installParameters("fleet", configOf(label), "test", "operator", "token", former);
      return rig.run(renderScript(installScript(), parameters), verb);
    };
    const names = (): string => must("cd /etc/prometheus && ls rules.d targets.d /var/lib/ghrunners/dashboards");
    const without = { ...staging, dashboards: [] };

    before(() =>
      configured(`rule_files: ["rules.d/*.yml"]
scrape_configs: [{ job_name: files, file_sd_configs: [{ files: ["targets.d/*.json"] }] }]`),
    );
    after(async () => {
      for (const sets of [monitoringSets("lab"), without]) rig.files("remove", sets);
      await exporter("remove", "production");
    });

    it("the second one's dashboards are refused with what helps, and nothing is changed", () => {
      assert.equal(rig.files("apply", monitoringSets("lab")).code, 0);
      const before = names();
      const refused = rig.files("apply", staging);
      assert.equal(refused.code, 1, refused.output);
      assert.match(refused.output, /another stack's dashboards: ghrunners\.lab\.overview\.json\. .*dashboards false/);
      assert.equal(names(), before);
    });

    it("each has its own rules and targets, and takes only these away", () => {
      const second = rig.files("apply", without);
      assert.equal(second.code, 0, second.output);
      const first = rig.files("apply", monitoringSets("lab"));
      assert.match(first.output, /files, unchanged/);
      assert.equal(loaded().length, 1);
      assert.equal(rig.files("remove", without).code, 0);
      assert.equal(loaded().length, 1);
      assert.doesNotMatch(names(), /lab-2/);
    });

    it("the second one's fleet exporter is refused, and its removal leaves the first one's alone", async () => {
      const first = await exporter("install", "production");
      assert.equal(first.code, 0, first.output);
      const second = await exporter("install", "staging");
      assert.equal(second.code, 1, second.output);
      assert.match(second.output, /watches production of octo-org\/demo-app, .*monitoring\.fleetExporter false/);
      assert.equal((await exporter("remove", "staging")).code, 0);
      assert.equal((await exporter("show", "production")).output, "active\n");
      // A stack whose environment got another name takes its own exporter along.
      const renamed = await exporter("install", "live", "production");
      assert.equal(renamed.code, 0, renamed.output);
      assert.equal((await exporter("install", "production", "live")).code, 0);
    });
  });

  describe("from an archive, in a unit of another name", () => {
    const paths = {
      prometheusConfig: "/opt/prometheus/prometheus.yml",
      rules: "/opt/prometheus/rules.d",
      targets: "/opt/prometheus/targets.d",
      dashboards: "/var/lib/ghrunners/dashboards",
    };
    const withRule = (expression: string): FileSets => ({ ...monitoringSets("lab", ruleText(expression)), paths });
    const started = async (flags: string): Promise<void> => {
      must(`printf '[Service]\\nUser=prometheus\\nExecStart=/opt/prometheus/prometheus --config.file=/opt/prometheus/prometheus.yml \\
--storage.tsdb.path=/opt/prometheus/data ${flags}\\n' >/etc/systemd/system/prom-server.service
        systemctl daemon-reload; systemctl restart prom-server`);
      await rig.answers("http://127.0.0.1:9090/-/ready");
    };

    before(async () => {
      must(`systemctl disable --now prometheus; systemctl mask prometheus
        mkdir -p /opt/prometheus/data /opt/prometheus/rules.d /opt/prometheus/targets.d
        mv /usr/bin/prometheus /usr/bin/promtool /opt/prometheus/; chown -R prometheus: /opt/prometheus
        printf '%s\\n' 'rule_files: ["rules.d/*.yml"]' 'scrape_configs:' \\
          '  - { job_name: files, file_sd_configs: [{ files: ["targets.d/*.json"] }] }' >${paths.prometheusConfig}`);
      await started("--web.enable-lifecycle");
    });

    it("its promtool has to be on PATH, and the refusal says how", () => {
      const refused = rig.files("apply", withRule("vector(1)"));
      assert.equal(refused.code, 1);
      assert.match(refused.output, /^promtool is not on PATH\. .* ln -s \S+\/promtool \/usr\/local\/bin\/$/m);
      must("ln -s /opt/prometheus/promtool /usr/local/bin/promtool");
    });

    it("it is reloaded by the lifecycle API", () => {
      const done = rig.files("apply", withRule("vector(1)"));
      assert.equal(done.code, 0, done.output);
      assert.deepEqual(
        loaded().map(({ query }) => query),
        ["vector(1)"],
      );
    });

    it("without the lifecycle API nothing is changed, and the refusal says how to start it", async () => {
      await started("");
      const refused = rig.files("apply", withRule("vector(2)"));
      assert.equal(refused.code, 1);
      assert.match(refused.output, /Next: start it with --web\.enable-lifecycle, or as prometheus\.service/);
      assert.match(refused.output, /The previous files were restored\./);
      assert.deepEqual(
        loaded().map(({ query }) => query),
        ["vector(1)"],
      );
      assert.match(must(`cat ${paths.rules}/ghrunners.lab.health.yml`), /vector\(1\)/);
    });
  });

  describe("Alertmanager", () => {
    const base = "http://127.0.0.1:9093";
    const manage = (url: string): HostScriptResult =>
      rig.run(
        renderScript(monitoringScript("alertmanager.sh"), {
          ALERTMANAGER_URL: url,
          ALERTMANAGER_FILE: "/etc/prometheus/alertmanager.yml",
          RECEIVER: "oncall-sre",
          ROUTED: "environment=lab severity=critical component=runner",
          TEXT: `# Ours.\nroute: { receiver: oncall-sre }\nreceivers: [{ name: oncall-sre }]\n`,
          MACHINE: "test",
        }),
        "manage",
      );
    const startedWith = (flags: string): string =>
      must(`echo "ARGS='--cluster.listen-address= ${flags}'" >/etc/default/prometheus-alertmanager
        systemctl restart prometheus-alertmanager`);

    it("below a path is asked there, and its address without the path is refused in words", async () => {
      startedWith(`--web.external-url=${base}/alertmanager`);
      await rig.answers(`${base}/alertmanager/-/ready`);
      const before = must("cat /etc/prometheus/alertmanager.yml");
      const refused = manage(base);
      assert.equal(refused.code, 1);
      assert.match(
        refused.output,
        /^http:\/\/127\.0\.0\.1:9093\/-\/ready answers HTTP (404|302)\. Expected 200: for Alertmanager below a path.*'ghrunners:monitoring\.alertmanager\.url' http:\/\/127\.0\.0\.1:9093\/PATH$/m,
      );
      assert.equal(must("cat /etc/prometheus/alertmanager.yml"), before);
      const done = manage(`${base}/alertmanager`);
      assert.equal(done.code, 0, done.output);
      const { config } = answer<{ config: { original: string } }>(`${base}/alertmanager/api/v2/status`);
      assert.doesNotMatch(config.original, /webhook/);
      assert.match(manage(`${base}/alertmanager`).output, /unchanged/);
    });

    it("that asks for a password is reported differently from one that does not answer", async () => {
      // The password is "lab".
      must(`cat >/etc/prometheus/web.yml <<'YML'
basic_auth_users:
  lab: "$2y$05$/Zr2ZrvMO3VYmpyjgO4mUe0HzJ5xUgdzEIOkbQkpxbkuEvTbZ0vC2"
YML`);
      startedWith("--web.config.file=/etc/prometheus/web.yml");
      await rig.answers(`${base}/-/ready`, "401");
      const refused = manage(base);
      assert.equal(refused.code, 1);
      assert.match(refused.output, /^Alertmanager at http:\/\/127\.0\.0\.1:9093 asks for a password \(HTTP 401\)\./);
      assert.match(refused.output, /monitoring\.alertmanager\.url$/m);
    });
  });
});
