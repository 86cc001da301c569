import type { Dashboard, Panel } from "@ghrunners/monitoring/dashboards/index";
import { metrics } from "@ghrunners/monitoring/all-metrics";
import { select } from "@ghrunners/monitoring/select";
import type { Prometheus, Series, Window } from "./prometheus";

/** A series with the name that its legend gives it. */
export interface NamedSeries extends Series {
  readonly name: string;
}

export interface EvaluatedPanel {
  readonly panel: Panel;
  readonly series: readonly NamedSeries[];
}

/** The end of a deployment, as a mark on the time axis. */
export interface Mark {
  readonly time: number;
  readonly good: boolean;
}

export interface EvaluatedDashboard {
  readonly dashboard: Dashboard;
  readonly rows: readonly { readonly title: string; readonly panels: readonly EvaluatedPanel[] }[];
}

/** `{{runner}} · host` and a series of alpha give `alpha · host`; a label that is not there gives nothing. */
export function legendText(legend: string, labels: Readonly<Record<string, string>>): string {
  return legend
    .replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Panels that show only the newest value; the others show values over time. */
const newestOnly = (panel: Panel): boolean => panel.kind === "table" || panel.kind === "barGauge";

async function evaluatePanel(
  panel: Panel,
  environment: string,
  prometheus: Prometheus,
  window: Window,
): Promise<EvaluatedPanel> {
  const answers = await Promise.all(
    panel.queries.map(async ({ expr, legend }) => {
      const query = expr(environment);
      const series = newestOnly(panel)
        ? await prometheus.instant(query, window.end)
        : await prometheus.range(query, window);
      return series.map((one) => ({ ...one, name: legendText(legend, one.labels) }));
    }),
  );
  return { panel, series: answers.flat().sort((a, b) => a.name.localeCompare(b.name)) };
}

/** Runs every query of a dashboard. */
export async function evaluateDashboard(
  dashboard: Dashboard,
  environment: string,
  prometheus: Prometheus,
  window: Window,
): Promise<EvaluatedDashboard> {
  const rows = await Promise.all(
    dashboard.rows.map(async ({ title, panels }) => ({
      title,
      panels: await Promise.all(panels.map((panel) => evaluatePanel(panel, environment, prometheus, window))),
    })),
  );
  return { dashboard, rows };
}

/** The ends of deployments within the window; the value of a sample is the time. */
export async function deploymentMarks(environment: string, prometheus: Prometheus, window: Window): Promise<Mark[]> {
  const marksOf = async (metric: { readonly name: string }, good: boolean): Promise<Mark[]> => {
    const series = await prometheus.range(select(metric, environment), window);
    const times = new Set(series.flatMap(({ points }) => points.map(([, time]) => time)));
    return [...times].filter((time) => time >= window.start && time <= window.end).map((time) => ({ time, good }));
  };
  return [
    ...(await marksOf(metrics.deploymentLastSuccess, true)),
    ...(await marksOf(metrics.deploymentLastFailure, false)),
  ];
}
