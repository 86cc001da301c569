import { runOnHost } from "../hosts";
import type { Instance } from "../instance";
import { renderAlertmanagerConfig, renderRules, renderTargets, type MonitoringSettings } from "@ghrunners/monitoring";
import type { Notification } from "../oncall/notifications";
import { quote } from "@ghrunners/core/ssh/render-script";
import { until } from "@ghrunners/core/until";
import { compressRoute, compressRules } from "./compress";

/** Waits of rules and routes are divided by it: 5 minutes are 10 seconds. */
export const FACTOR = 30;
/** How long the lab takes to show a silent runner offline (lab/github/seed.ts), and a poll more, seconds. */
const SILENCE = 12;

const ports = { prometheus: 9190, alertmanager: 9193, receiver: 9195 } as const;
const folder = "/run/rehearsal";
const config = "/etc/ghrunners/fleet-exporter.json";

/**
 * The targets are written into the configuration: many labs side by side use up the host's inotify instances, and
 * file_sd with them.
 */
const prometheusConfig = (settings: MonitoringSettings): string =>
  JSON.stringify({
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }] },
    rule_files: [`${folder}/*.yml`],
    scrape_configs: [{ job_name: "lab", static_configs: JSON.parse(renderTargets(settings).content) as unknown }],
  });

/** Identity of a firing alert: its name, and the labels that distinguish it from others of that name. */
export interface ReceivedNotification {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  /** When it reached the receiver, milliseconds since the epoch. */
  readonly at: number;
}

/**
 * A second Prometheus and Alertmanager on the monitoring host for the time of a test: the same rules, targets and
 * route, with their waits divided; the fleet exporter asks GitHub every second. The host's own pair goes on beside it.
 */
export class FastMonitoring {
  constructor(private readonly instance: Instance) {}

  private async run(script: string): Promise<string> {
    const { code, output } = await runOnHost(this.instance, "monitoring", `set -euo pipefail\n${script}`);
    if (code !== 0) throw new Error(`On the monitoring host (${code}): ${output}`);
    return output;
  }

  async start(settings: MonitoringSettings): Promise<void> {
    await this.stop();
    const onCallUrl = `http://127.0.0.1:${ports.receiver}/notifications`;
    const files: Record<string, string> = {
      "prometheus.json": prometheusConfig(settings),
      "alertmanager.yaml": compressRoute(renderAlertmanagerConfig({ onCallUrl }).content, FACTOR),
    };
    for (const { name, content } of renderRules(settings)) files[name] = compressRules(content, FACTOR, SILENCE);
    const unit = (name: string, ...line: string[]): string =>
      `systemd-run --quiet --collect --unit=rehearsal-${name} ${line.join(" ")}`;
    await this.run(
      [
        `mkdir -p ${folder}`,
        ...Object.entries(files).map(([name, text]) => `printf %s ${quote(text)} >${folder}/${name}`),
        `cp --preserve ${config} ${folder}/fleet-exporter.json`,
        `sed -i 's/"view": "fleet"/&, "pollSeconds": 1, "settingsSeconds": 2, "rateLimitShare": 1/' ${config}`,
        "systemctl restart ghrunners-fleet-exporter",
        unit("receiver", `node /opt/oncall/receiver.cjs ${folder}/notifications.jsonl 127.0.0.1:${ports.receiver}`),
        unit(
          "alertmanager",
          `prometheus-alertmanager --config.file=${folder}/alertmanager.yaml --storage.path=${folder}/alertmanager`,
          `--web.listen-address=127.0.0.1:${ports.alertmanager} --cluster.listen-address=`,
        ),
        unit(
          "prometheus",
          `prometheus --config.file=${folder}/prometheus.json --storage.tsdb.path=${folder}/prometheus`,
          `--web.listen-address=127.0.0.1:${ports.prometheus} --rules.alert.resend-delay=1s`,
        ),
      ].join("\n"),
    );
  }

  /** Waits until every target is scraped, and until the Watchdog alert has reached on-call, so the whole path works. */
  watching(targets: number): Promise<true> {
    return until("every target is scraped and the Watchdog fires", 60_000, async () => {
      const up = (await this.query("up == 1")).length;
      const watchdog = await this.query('ALERTS{alertname="Watchdog", alertstate="firing"}');
      if (up < targets || watchdog.length === 0) throw new Error(`${up} of ${targets} targets are up`);
      return true as const;
    });
  }

  /** Restores the host's state from before {@link start}. */
  async stop(): Promise<void> {
    await this.run(
      [
        "for unit in prometheus alertmanager receiver; do systemctl stop rehearsal-$unit 2>/dev/null || true; done",
        `if [[ -e ${folder}/fleet-exporter.json ]]; then`,
        `  cp --preserve ${folder}/fleet-exporter.json ${config}; systemctl restart ghrunners-fleet-exporter; fi`,
        `rm -rf ${folder}`,
      ].join("\n"),
    );
  }

  /** Every notification of the test so far, one entry an alert, in the order in which they came. */
  async told(): Promise<ReceivedNotification[]> {
    const text = await this.run(`curl --fail --silent http://127.0.0.1:${ports.receiver}/notifications`);
    return (JSON.parse(text) as Notification[]).flatMap(({ at, receiver, alerts }) =>
      alerts.map(({ status, labels, annotations }) => ({
        name: labels.alertname ?? "",
        labels,
        annotations,
        receiver,
        status,
        at: Date.parse(at),
      })),
    );
  }

  /** Samples of an expression. */
  async query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]> {
    const address = `http://127.0.0.1:${ports.prometheus}/api/v1/query`;
    const text = await this.run(`curl --fail --silent --data-urlencode query=${quote(expression)} ${address}`);
    const { data } = JSON.parse(text) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Waits until no alert fires or is about to, except those that `isBackground` accepts. */
  quiet(isBackground: (labels: Readonly<Record<string, string>>) => boolean, limitMs = 60_000): Promise<true> {
    return until("no alert fires", limitMs, async () => {
      const active = (await this.query("ALERTS")).map(({ metric }) => metric).filter((labels) => !isBackground(labels));
      if (active.length > 0) {
        throw new Error(
          active.map((labels) => `${labels.alertname} ${labels.alertstate} ${labels.runner ?? ""}`).join(", "),
        );
      }
      return true as const;
    });
  }
}
