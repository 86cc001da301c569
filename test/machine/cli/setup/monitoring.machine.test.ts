import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { providerLines } from "@ghrunners/cli/setup/grafana-provisioning";
import { PROVISIONING, type SeenMonitoring, parseSeenMonitoring } from "@ghrunners/cli/setup/monitoring-seen";
import { lookParameters } from "@ghrunners/cli/setup/look-monitoring";
import { installParameters, installScript } from "@ghrunners/cli/setup/monitoring-script";
import { type MonitoringPlan, planMonitoring } from "@ghrunners/cli/setup/plan-monitoring";
import { monitoring } from "@ghrunners/config/monitoring";
import { projectRoot } from "@ghrunners/core/project-root";
import { type Finished, runProcess } from "@ghrunners/core/process";
import type { SetupMonitoringReport } from "@ghrunners/cli/setup/monitoring";
import { renderScript } from "@ghrunners/core/ssh/render-script";
import { bareTemplate } from "@ghrunners/lab/machines/index";
import { MachineRig } from "../../../unit/lab/machines/rig";

const host = 172;
const onCallUrl = "http://127.0.0.1:9095/notifications";
const places = monitoring.parse({
  host: "192.0.2.1",
  user: "operator",
  hostKey: "ssh-ed25519 AAAA",
  alertmanager: { onCallUrl },
});

describe("ghrunners setup monitoring on an empty machine", function () {
  this.timeout(420_000);
  const rig = new MachineRig("setupmon", bareTemplate);
  const look = readFileSync(path.join(projectRoot, "packages/cli/setup/scripts/look-monitoring.sh"), "utf8");

  before(async () => {
    await rig.up();
    await rig.backend.start(host, rig.settings(host, { diskBytes: 2 ** 31 }));
    await rig.sshComesUp(host);
  });
  after(() => rig.down());

  function seen(): SeenMonitoring {
    const { code, stdout, stderr } = rig.script(host, renderScript(look, lookParameters(places)), "look");
    assert.equal(code, 0, stderr);
    return parseSeenMonitoring(stdout);
  }
  const plan = (): MonitoringPlan => planMonitoring(seen(), places);
  const install = (): Finished =>
    rig.script(host, renderScript(installScript().text, installParameters(places)), "install");
  const sh = (command: string): string => rig.exec(host, "sh", "-c", command);

  /** The command as a person types it: no stack and no Pulumi are needed where everything is named. */
  async function setup(...args: string[]): Promise<Finished & { report: SetupMonitoringReport }> {
    const hostKey = sh("cat /etc/ssh/ssh_host_ecdsa_key.pub").split(" ").slice(0, 2).join(" ");
    const named = ["--host", rig.address(host), "--user", "runner", "--host-key", hostKey];
    const key = ["--key-file", path.join(rig.instance.state, "key")];
    const line = ["ghrunners", "setup", "monitoring", ...named, ...key, "--on-call-url", onCallUrl, "--json", ...args];
    const finished = await runProcess(["nsenter", `--net=${rig.instance.netns}`, ...line], {
      cwd: projectRoot,
      env: {
        ...process.env,
        PATH: [path.join(projectRoot, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
      },
    });
    assert.ok(finished.stdout.startsWith("{"), finished.all);
    return { ...finished, report: JSON.parse(finished.stdout) as SetupMonitoringReport };
  }

  it("sees that nothing is there, and changes nothing", async () => {
    const { code, report } = await setup();
    assert.deepEqual([code, report.state, report.did], [1, "empty", []]);
    assert.match(report.script ?? "", /^#!\/usr\/bin\/env bash/);
    const { prometheus, packages } = seen();
    const has = [prometheus.runsAs, prometheus.config, packages.includes("prometheus")];
    assert.deepEqual(has, [undefined, undefined, false]);
  });

  it("installs what the program needs, and then nothing is missing", async () => {
    const { code, report, all } = await setup("--apply");
    assert.equal(code, 0, all);
    assert.deepEqual([report.state, report.missing], ["ready", []]);
    assert.deepEqual(report.did, [
      "installed prometheus prometheus-alertmanager prometheus-node-exporter",
      "wrote /etc/default/prometheus-alertmanager",
      "wrote /etc/prometheus/alertmanager.yml",
      "wrote /etc/prometheus/prometheus.yml",
      "Prometheus and Alertmanager answer",
    ]);
    const again = await setup("--apply");
    assert.deepEqual([again.code, again.report.state, again.report.did], [0, "ready", []]);
  });

  it("scrapes itself, the node and Alertmanager, and reads the folders of the program", () => {
    assert.equal(sh("promtool check config /etc/prometheus/prometheus.yml >/dev/null && echo fine"), "fine");
    const config = sh("curl --silent --fail http://127.0.0.1:9090/api/v1/status/config");
    assert.ok(
      config.includes("/etc/prometheus/rules.d/*.yml") && config.includes("/etc/prometheus/targets.d/*.json"),
      config,
    );
  });

  it("changes nothing the second time", () => {
    const { code, stdout, stderr } = install();
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "Prometheus and Alertmanager answer\n");
  });

  it("goes on where it was ended between two files", () => {
    // The package's own file is back, as if only the packages had been installed.
    sh(
      "cd /tmp && dpkg-deb --extract /srv/mirror/prometheus_*.deb stock && cp stock/etc/prometheus/prometheus.yml /etc/prometheus/",
    );
    assert.equal(plan().state, "empty");
    assert.match(install().stdout, /^wrote \/etc\/prometheus\/prometheus\.yml/);
    assert.equal(plan().state, "ready");
  });

  it("says what keeps Grafana from reading the dashboards, with the lines to add, and then nothing", () => {
    const { dashboards } = places.paths;
    const add = (): string | undefined => {
      const { state, missing } = plan();
      assert.equal(state, "ready");
      return missing.map(({ what, add: lines }) => `${what}: ${lines}`).join("\n");
    };
    // As Grafana's package leaves them: an account, a folder for providers, and an example that does not count.
    sh(`useradd --system grafana; install -d -m 0750 -g grafana ${PROVISIONING}
      printf '# providers:\n' >${PROVISIONING}/sample.yaml
      install -d -m 0700 ${dashboards}`);
    assert.match(add() ?? "", /no provider in .* reads .*ghrunners: apiVersion: 1[^]*the account grafana cannot read/);
    const lines = providerLines(dashboards);
    assert.equal(rig.run(host, ["sh", "-c", `cat >'${PROVISIONING}/our own.yml'`], Buffer.from(lines)).code, 0);
    assert.match(add() ?? "", /^the account grafana cannot read \S+: chmod o\+rx/);
    sh(`chmod 0755 ${dashboards}`);
    assert.equal(add(), "");
    sh(`rm -r /etc/grafana ${dashboards}; userdel grafana`);
  });

  it("leaves the configuration of another team alone, and names the lines that it lacks", () => {
    const theirs = "global: {}\n# ours\nscrape_configs: []\n";
    assert.equal(rig.run(host, ["sh", "-c", "cat > /etc/prometheus/prometheus.yml"], Buffer.from(theirs)).code, 0);
    const { state, because, missing } = plan();
    assert.equal(state, "owned");
    assert.deepEqual(because, ["Prometheus's configuration is not as Debian's package brought it"]);
    assert.equal(missing.length, 3);
    assert.match(install().stdout, /prometheus\.yml is left alone/);
    assert.equal(`${sh("cat /etc/prometheus/prometheus.yml")}\n`, theirs);
  });
});
