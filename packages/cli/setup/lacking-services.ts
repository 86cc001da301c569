/** Which services a monitoring host lacks, in words. Pure. */
import { grafanaLacks } from "./grafana-provisioning";
import type { SeenMonitoring, SeenProgram } from "./monitoring-seen";
import type { MonitoringPlaces } from "./look-monitoring";

const NEXT = "Next: ghrunners setup monitoring";

function lackOf(name: string, url: string, { status, runsAs }: Pick<SeenProgram, "status" | "runsAs">): string[] {
  if (status === 200) return [];
  const seen = status === undefined ? "no answer" : `HTTP ${status}`;
  const how = runsAs === undefined ? "" : `, though it runs as ${runsAs}`;
  return [`${name} at ${url} on the monitoring host: seen ${seen}${how}, expected 200. ${NEXT}`];
}

/** One line for each service that does not answer. */
export function lackingServices(seen: SeenMonitoring, { prometheusUrl, alertmanager }: MonitoringPlaces): string[] {
  return [
    ...lackOf("Prometheus", prometheusUrl, seen.prometheus),
    ...lackOf("Alertmanager", alertmanager.url, seen.alertmanager),
  ];
}

/** Dashboards are installed as files, so a Grafana that does not answer or read them refuses nothing. */
export function grafanaNotices(seen: SeenMonitoring, { dashboards, paths }: MonitoringPlaces): string[] {
  if (!dashboards) return [];
  const silent =
    seen.grafana === 200
      ? []
      : [
          "No Grafana answers on port 3000 of the monitoring host: the dashboards are installed as files, and ghrunners console draws them.",
        ];
  return [...silent, ...grafanaLacks(seen, paths.dashboards).map(({ what }) => `Dashboards: ${what}. ${NEXT}`)];
}
