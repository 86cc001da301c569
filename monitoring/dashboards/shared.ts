import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { recordings } from "../recordings";
import { buckets, select } from "../select";
import { thresholds } from "../thresholds";
import type { Panel, Query } from "./dashboard";

/** A quantile of a histogram's observations within a window, such as `1d`. */
export const quantile = (q: number, metric: { readonly name: string }, window: string): Query => ({
  expr: (e) => `histogram_quantile(${q}, sum by (le) (increase(${buckets(metric, e)}[${window}])))`,
  legend: `p${q * 100}`,
});

/** Alerts that fire in an environment, without the one that always fires. */
const firing = (environment: string): string =>
  select(foreign.alerts, environment, 'alertstate="firing"', 'alertname!="Watchdog"');

export function alertsFiring(width: number): Panel {
  return {
    title: "Alerts firing",
    kind: "stat",
    unit: "count",
    shows: "Number of alerts of the environment that fire, without Watchdog.",
    normal: "0.",
    worry: "Any other value: the table of active alerts lists them.",
    queries: [{ expr: (e) => `count(${firing(e)}) or vector(0)`, legend: "firing" }],
    thresholds: [{ value: 0, worse: "above", tone: "warning" }],
    event: "Prometheus answers",
    width,
  };
}

export function activeAlerts(width: number): Panel {
  return {
    title: "Active alerts",
    kind: "table",
    unit: "count",
    shows: "The alerts that fire, with their severity and the affected runner or target.",
    normal: "Empty.",
    worry: "A critical alert: open its runbook section.",
    queries: [
      {
        expr: firing,
        legend: "{{severity}} {{alertname}} {{runner}} {{target}} {{reason}}",
      },
    ],
    event: "an alert fires",
    width,
  };
}

export function chosenRunner(width: number): Panel {
  return {
    title: "Runner of the next deployment",
    kind: "table",
    unit: "count",
    shows: "The runner that the next deployment uses, and the reason.",
    normal: "The primary.",
    worry: "A secondary: the primary is unusable. Empty: no runner may deploy.",
    queries: [
      {
        expr: (e) => `${select(metrics.deploymentRunnerChosen, e)} == 1`,
        legend: "{{runner}} {{role}} {{reason}}",
      },
    ],
    event: "the failover switch has made a choice",
    width,
  };
}

/** Share of the deployments of a week that succeeded, as a number. Each dashboard words its title and explanation. */
export const deploymentSuccess = (title: string, shows: string): Panel => ({
  title,
  kind: "stat",
  unit: "ratio",
  shows,
  normal: "95 % or more.",
  worry: "Below 95 %.",
  queries: [{ expr: (e) => select(recordings.successRatio, e), legend: "success" }],
  thresholds: [
    { value: thresholds.deploymentSuccessRatio, worse: "below", tone: "critical", alert: "DeploymentSuccessRateLow" },
  ],
  event: "a deployment has ended within 7 days",
  width: 6,
});

/** Deployments that wait, for a number and for a line over time. */
export const waitingDeployments = {
  unit: "count",
  shows: "Deployments that are queued or wait for a previous one.",
  queries: [{ expr: (e) => `max(${select(metrics.githubDeploymentQueue, e)})`, legend: "waiting" }],
  thresholds: [
    { value: thresholds.deploymentQueueDepth, worse: "above", tone: "warning", alert: "DeploymentQueueBacklog" },
  ],
  event: "the fleet exporter has polled GitHub's jobs",
} satisfies Partial<Panel>;
