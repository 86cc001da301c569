/** Which services a monitoring host lacks, in words. Pure. */
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

/** Dashboards are installed as files, so a Grafana that does not answer refuses nothing. */
export const grafanaNotice = ({ grafana }: SeenMonitoring, wantsDashboards: boolean): string[] =>
  !wantsDashboards || grafana === 200
    ? []
    : [
        "No Grafana answers on port 3000 of the monitoring host: the dashboards are installed as files, and ghrunners console draws them.",
      ];
