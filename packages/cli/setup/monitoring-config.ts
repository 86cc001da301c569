/** The few lines of configuration that the program needs on a monitoring host. Pure. */
import { stringify } from "yaml";
import { renderAlertmanagerConfig } from "@ghrunners/monitoring";
import { ports } from "@ghrunners/core/vocabulary/ports";
import type { MonitoringPlaces } from "./look-monitoring";

/** Debian's file with the arguments of Alertmanager. */
export const ALERTMANAGER_DEFAULTS = "/etc/default/prometheus-alertmanager";

const hostOf = (url: string): string => new URL(url).host;

export const ruleGlob = ({ paths }: MonitoringPlaces): string => `${paths.rules}/*.yml`;
export const targetGlob = ({ paths }: MonitoringPlaces): string => `${paths.targets}/*.json`;

/**
 * The job for the targets that the stacks write. Limits: where an exporter restarts, a job on that host may listen on
 * its port in the meantime, and answer without end or with any number of series.
 */
const filesJob = (places: MonitoringPlaces) => ({
  job_name: "files",
  body_size_limit: "16MB",
  sample_limit: 20_000,
  file_sd_configs: [{ files: [targetGlob(places)] }],
});

const alerting = ({ alertmanager }: MonitoringPlaces) => ({
  alertmanagers: [{ static_configs: [{ targets: [hostOf(alertmanager.url)] }] }],
});

/** Lines for a configuration of Prometheus that lacks a part. */
export const fragments = (places: MonitoringPlaces): Readonly<Record<"rules" | "targets" | "alerting", string>> => ({
  rules: stringify({ rule_files: [ruleGlob(places)] }),
  targets: stringify({ scrape_configs: [filesJob(places)] }),
  alerting: stringify({ alerting: alerting(places) }),
});

/** A whole configuration of Prometheus, for a machine that has none of its own. */
export function prometheusConfig(places: MonitoringPlaces): string {
  const job = (name: string, address: string) => ({ job_name: name, static_configs: [{ targets: [address] }] });
  const config = {
    global: { scrape_interval: "15s", evaluation_interval: "15s" },
    alerting: alerting(places),
    rule_files: [ruleGlob(places)],
    scrape_configs: [
      job("prometheus", hostOf(places.prometheusUrl)),
      job("alertmanager", hostOf(places.alertmanager.url)),
      job("node", `127.0.0.1:${ports.nodeExporter}`),
      filesJob(places),
    ],
  };
  return `# Written by ghrunners setup monitoring, and yours from now on.\n${stringify(config)}`;
}

/** Alertmanager's, if it is known where alerts go and the stack does not write it itself; else empty. */
export function alertmanagerConfig({ alertmanager }: MonitoringPlaces): string {
  const { manage, onCallUrl, watchdogUrl } = alertmanager;
  if (manage || onCallUrl === undefined) return "";
  return renderAlertmanagerConfig({ onCallUrl, ...(watchdogUrl === undefined ? {} : { watchdogUrl }) }).content;
}
