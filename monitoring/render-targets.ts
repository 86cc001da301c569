import { ports } from "@ghrunners/core/vocabulary/ports";
import { scrapeJobs } from "./scrape";
import type { MonitoringSettings, RenderedFile } from "./settings";

/** One entry of a file_sd file. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Addresses of the services on the monitoring host itself, besides Prometheus. */
const FLEET_EXPORTER = `127.0.0.1:${ports.fleetExporter}`;
const FAILOVER_SWITCH = `127.0.0.1:${ports.failoverSwitch}`;

/**
 * What Prometheus scrapes for an environment, with the labels that exporters do not set themselves (`scrapeLabels`).
 */
export function targetGroups({ environment, runners, targets, failover }: MonitoringSettings): TargetGroup[] {
  return [
    ...runners.flatMap(({ name, role, address }) => [
      {
        targets: [`${address}:${ports.nodeExporter}`],
        labels: { job: scrapeJobs.node, environment, runner: name, role },
      },
      {
        targets: [`${address}:${ports.runnerExporter}`],
        labels: { job: scrapeJobs.runner, environment, runner: name, role },
      },
    ]),
    ...targets.map(({ name, address }) => ({
      targets: [`${address}:${ports.nodeExporter}`],
      labels: { job: scrapeJobs.node, environment, target: name },
    })),
    { targets: [FLEET_EXPORTER], labels: { job: scrapeJobs.fleet, environment } },
    ...(failover ? [{ targets: [FAILOVER_SWITCH], labels: { job: scrapeJobs.switch, environment } }] : []),
  ];
}

/** The file_sd file of an environment: `ghrunners-<environment>.json`, for a scrape config without `honor_labels`. */
export function renderTargets(settings: MonitoringSettings): RenderedFile {
  return {
    name: `ghrunners-${settings.environment}.json`,
    content: `${JSON.stringify(targetGroups(settings), null, 2)}\n`,
  };
}
