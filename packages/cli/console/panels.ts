/** One of Grafana's dashboards with its data from the stack's Prometheus, for the console's page. */
import type { Described } from "@ghrunners/core/schema";
import { dashboards } from "@ghrunners/monitoring/dashboards/index";
import {
  deploymentMarks,
  evaluateDashboard,
  type EvaluatedDashboard,
  type EvaluatedPanel,
  type NamedSeries,
} from "../dashboards/evaluate";
import { prometheusAt, type Window } from "../dashboards/prometheus";
import type { panelDataSchema, panelsSchema } from "./panels-schema";
import { WrongQuestion } from "./server";

/** One panel with its data. */
export type PanelData = Omit<Described<typeof panelDataSchema>, "series"> & { readonly series: readonly NamedSeries[] };

/** What `/api/panels` answers. */
export type DashboardData = Omit<Described<typeof panelsSchema>, "rows"> & {
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelData[] }[];
};

/** Points of a line: about one for two pixels of a wide panel. */
const POINTS = 240;

/** Longest span of time, seconds: 30 days. */
const LONGEST = 30 * 86_400;

function panelData({ panel, series }: EvaluatedPanel): PanelData {
  const { title, kind, unit, shows, normal, worry, event, width, thresholds = [], states = [], queries } = panel;
  const labels = queries.flatMap(({ legend }) => [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label));
  return {
    ...{ title, kind, unit, shows, normal, worry, event, width, states, series },
    thresholds: thresholds.map(({ value, worse, tone }) => ({ value, worse, tone })),
    columns: [...new Set(labels)],
  };
}

/** What was evaluated, as the page takes it. */
export function dashboardData(
  { dashboard, rows }: EvaluatedDashboard,
  window: Window,
  marks: DashboardData["marks"],
): DashboardData {
  const { uid, title, description } = dashboard;
  return {
    ...{ version: 1, dashboard: uid, title, description, window, marks },
    rows: rows.map((row) => ({ title: row.title, panels: row.panels.map(panelData) })),
  };
}

/**
 * Runs every query of a dashboard.
 * @param query `dashboard`, the uid of one, and `range`, seconds up to now
 * @throws WrongQuestion for an unknown dashboard or range
 */
export async function panelsOf(
  prometheusUrl: string,
  environment: string,
  query: URLSearchParams,
  now: Date,
): Promise<DashboardData> {
  const dashboard = dashboards.find(({ uid }) => uid === query.get("dashboard"));
  const range = Number(query.get("range"));
  if (dashboard === undefined || !(range >= 60 && range <= LONGEST))
    throw new WrongQuestion(
      `Expected dashboard=${dashboards.map(({ uid }) => uid).join(" or ")} and range=60 to ${LONGEST}.`,
    );
  const end = Math.floor(now.getTime() / 1000);
  const window: Window = { start: end - range, end, step: Math.max(5, Math.round(range / POINTS)) };
  const prometheus = prometheusAt(prometheusUrl);
  const [evaluated, marks] = await Promise.all([
    evaluateDashboard(dashboard, environment, prometheus, window),
    deploymentMarks(environment, prometheus, window),
  ]);
  return dashboardData(evaluated, window, marks);
}
