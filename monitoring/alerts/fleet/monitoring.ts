import { dashboardUids } from "../../dashboard-uids";
import { foreignMetrics as foreign } from "../../metrics/foreign";
import { metrics } from "../../all-metrics";
import { scrapeJobs } from "../../scrape";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";
import { unreachable } from "../views";

const exporterDown = {
  name: "ExporterDown",
  severity: "warning",
  component: "monitoring",
  for: "3m",
  action: "Check the exporter's unit and journal on its host, then the error on Prometheus' target page.",
  dashboard: dashboardUids.overview,
} as const;

const stale = {
  name: "FleetExporterStale",
  severity: "warning",
  component: "monitoring",
  role: "all",
  action:
    "Check whether GitHub is up and the exporter's token is valid. Until it is repaired, rely on the host view only.",
  dashboard: dashboardUids.overview,
} as const;

const switchStale = {
  name: "FailoverSwitchStale",
  severity: "warning",
  component: "monitoring",
  role: "all",
  action:
    "Check whether the failover switch runs and GitHub accepts its token. Until it is repaired, every deployment is refused.",
  dashboard: dashboardUids.overview,
} as const;

/** Alerts about the monitoring itself. */
export const monitoringAlerts: readonly Alert[] = [
  {
    ...exporterDown,
    expr: ({ environment }) => [
      // If a machine is off its exporters are off too: RunnerHostDown reports that.
      [
        `max by (environment, job, runner, role, target) (${select(foreign.up, environment, `job=~"${scrapeJobs.node}|${scrapeJobs.runner}"`)}) == 0`,
        `unless on (environment, runner, role) (${unreachable(environment)})`,
      ].join(" "),
    ],
    summary: "{{ $labels.job }} of {{ $labels.runner }}{{ $labels.target }} is not scraped",
    description:
      "Prometheus has not been able to scrape {{ $labels.job }} of {{ $labels.runner }}{{ $labels.target }} for 3 minutes (up = {{ $value }}).",
  },
  {
    ...exporterDown,
    role: "all",
    expr: ({ environment }) => [
      `max by (environment, job) (${select(foreign.up, environment, `job="${scrapeJobs.fleet}"`)}) == 0`,
      `absent(${select(foreign.up, environment, `job="${scrapeJobs.fleet}"`)})`,
    ],
    summary: "The fleet exporter of {{ $labels.environment }} is not scraped",
    description:
      "Prometheus has not been able to scrape {{ $labels.job }} of {{ $labels.environment }} for 3 minutes (value {{ $value }}). GitHub's view is missing.",
  },
  {
    ...stale,
    for: "1m",
    labels: { reason: "old" },
    expr: ({ environment }) => [
      `time() - max by (environment, endpoint) (${select(metrics.githubPollTimestamp, environment, 'endpoint="runners"')}) > ${thresholds.pollAgeSeconds}`,
    ],
    summary: "GitHub's view of {{ $labels.environment }} is old",
    description:
      "The fleet exporter got its last answer from GitHub about the runners of {{ $labels.environment }} {{ $value | humanizeDuration }} ago, more than 5 minutes.",
  },
  {
    ...stale,
    for: "5m",
    labels: { reason: "never" },
    expr: ({ environment }) => [`absent(${select(metrics.githubPollTimestamp, environment, 'endpoint="runners"')})`],
    summary: "GitHub's view of {{ $labels.environment }} is missing",
    description:
      "The fleet exporter of {{ $labels.environment }} has had no answer from GitHub about the runners for 5 minutes (series missing: {{ $value }}).",
  },
  {
    ...switchStale,
    for: "1m",
    labels: { reason: "expired" },
    expr: ({ environment, failover }) =>
      failover
        ? [`time() - max by (environment) (${select(metrics.deploymentRunnerChoiceExpiry, environment)}) > 0`]
        : [],
    summary: "The choice of the runner of {{ $labels.environment }} has expired",
    description:
      "The last choice that was written to GitHub for {{ $labels.environment }} expired {{ $value | humanizeDuration }} ago. The runner gate refuses every deployment.",
  },
  {
    ...switchStale,
    for: "5m",
    labels: { reason: "absent" },
    expr: ({ environment, failover }) =>
      failover ? [`absent(${select(metrics.deploymentRunnerDecision, environment)})`] : [],
    summary: "The failover switch of {{ $labels.environment }} makes no decisions",
    description:
      "The failover switch of {{ $labels.environment }} has made no decision for 5 minutes (series missing: {{ $value }}): it does not run or is not scraped.",
  },
  {
    name: "Watchdog",
    severity: "info",
    component: "monitoring",
    role: "all",
    expr: ({ environment }) => [`label_replace(vector(1), "environment", "${environment}", "", "")`],
    summary: "Alerts of {{ $labels.environment }} reach their receiver",
    description:
      "This alert always fires (value {{ $value }}). If its receiver stops getting it, Prometheus, Alertmanager or the connection to the receiver is broken.",
    action: "Nothing while it fires. If it stops, open the runbook's section on Watchdog.",
    dashboard: dashboardUids.overview,
  },
];
