/**
 * What Prometheus and Alertmanager report about one environment.
 */
import type { Described } from "@ghrunners/core/schema";
import type { alertStatusSchema, monitoringViewSchema, ruleStatusSchema, targetStatusSchema } from "./schema";
import type { MonitoringUrls } from "./address";
import { request } from "./request";

/** A scrape target. Source: GET /api/v1/targets. */
export type TargetStatus = Described<typeof targetStatusSchema>;

/** A rule that Prometheus cannot evaluate. Source: GET /api/v1/rules. */
export type RuleStatus = Described<typeof ruleStatusSchema>;

/** An alert of Prometheus, with its state in Alertmanager. */
export type AlertStatus = Described<typeof alertStatusSchema>;

/** Everything about one environment. */
export type MonitoringView = Described<typeof monitoringViewSchema>;

type Labels = Readonly<Record<string, string>>;

interface PrometheusTarget {
  readonly labels: Labels;
  readonly health: TargetStatus["health"];
  readonly lastError: string;
}
interface PrometheusRule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}
export interface PrometheusAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "pending" | "firing";
  readonly activeAt: string;
}
export interface AlertmanagerAlert {
  readonly labels: Labels;
  readonly status: { readonly state: string };
}

const sameLabels = (one: Labels, other: Labels): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([name, value]) => other[name] === value);

/** Joins both services' alerts. Pure. An alert that Alertmanager does not know yet counts as firing. */
export function joinAlerts(
  prometheus: readonly PrometheusAlert[],
  alertmanager: readonly AlertmanagerAlert[],
): AlertStatus[] {
  return prometheus
    .map(({ labels, annotations, state, activeAt }) => {
      const known = alertmanager.find((alert) => sameLabels(alert.labels, labels));
      const muted = state === "firing" && known?.status.state === "suppressed";
      return {
        name: labels.alertname ?? "",
        severity: labels.severity ?? "",
        component: labels.component ?? "",
        role: labels.role ?? null,
        runner: labels.runner ?? labels.target ?? null,
        state: muted ? ("muted" as const) : state,
        since: activeAt,
        summary: annotations.summary ?? "",
        runbook: annotations.runbook_url ?? "",
      };
    })
    .sort((one, other) => rank(one) - rank(other) || one.since.localeCompare(other.since));
}

const states = ["firing", "muted", "pending"];
const severities = ["critical", "warning", "info"];
const rank = ({ state, severity }: AlertStatus): number => states.indexOf(state) * 10 + severities.indexOf(severity);

/** @throws Error that names the address which did not answer within the limit, milliseconds */
export async function collectMonitoring(
  urls: MonitoringUrls,
  environment: string,
  limitMs?: number,
): Promise<MonitoringView> {
  const api = `${urls.prometheus}/api/v1`;
  const limit = limitMs === undefined ? {} : { limitMs };
  const [targets, rules, alerts, known] = await Promise.all([
    request<{ data: { activeTargets: PrometheusTarget[] } }>(`${api}/targets?state=active`, limit),
    request<{ data: { groups: { file: string; rules: PrometheusRule[] }[] } }>(`${api}/rules`, limit),
    request<{ data: { alerts: PrometheusAlert[] } }>(`${api}/alerts`, limit),
    request<AlertmanagerAlert[]>(`${urls.alertmanager}/api/v2/alerts`, limit),
  ]);
  const ours = <T extends { readonly labels: Labels }>(entries: readonly T[]): T[] =>
    entries.filter(({ labels }) => labels.environment === environment);
  const groups = rules.data.groups.filter(({ file }) => file.includes(`/ghrunners.${environment}.`));
  const loaded = groups.flatMap((group) => group.rules);
  const joined = joinAlerts(ours(alerts.data.alerts), known);
  return {
    prometheus: urls.prometheus,
    targets: ours(targets.data.activeTargets).map(({ labels, health, lastError }) => ({
      job: labels.job ?? "",
      instance: labels.instance ?? "",
      subject: labels.runner ?? labels.target ?? null,
      health,
      error: lastError,
    })),
    rules: {
      groups: groups.length,
      rules: loaded.length,
      broken: loaded
        .filter(({ health }) => health === "err")
        .map(({ name, lastError }) => ({ name, error: lastError ?? "" })),
    },
    alerts: joined.filter(({ name }) => name !== "Watchdog"),
    watchdog: joined.some(({ name, state }) => name === "Watchdog" && state === "firing"),
  };
}
