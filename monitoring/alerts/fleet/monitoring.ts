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
  action: "Read the exporter's unit and journal on its host, then the target page of Prometheus for the reason.",
  dashboard: dashboardUids.overview,
} as const;

const stale = {
  name: "FleetExporterStale",
  severity: "warning",
  component: "monitoring",
  role: "all",
  action: "See whether GitHub is up and the exporter's token still valid; until then only the host view is true.",
  dashboard: dashboardUids.overview,
} as const;

const switchStale = {
  name: "FailoverSwitchStale",
  severity: "warning",
  component: "monitoring",
  role: "all",
  action: "See whether the switch runs and GitHub takes its token; until then every deployment is refused.",
  dashboard: dashboardUids.overview,
} as const;

/** Alerts about the eyes themselves. */
export const monitoringAlerts: readonly Alert[] = [
  {
    ...exporterDown,
    expr: ({ environment }) => [
      // A machine that is off takes its exporters with it: that is RunnerHostDown's to tell.
      [
        `max by (environment, job, runner, role, target) (${select(foreign.up, environment, `job=~"${scrapeJobs.node}|${scrapeJobs.runner}"`)}) == 0`,
        `unless on (environment, runner, role) (${unreachable(environment)})`,
      ].join(" "),
    ],
    summary: "{{ $labels.job }} of {{ $labels.runner }}{{ $labels.target }} is not scraped",
    description:
      "Prometheus gets nothing from {{ $labels.job }} of {{ $labels.runner }}{{ $labels.target }} for 3 minutes (up = {{ $value }}).",
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
      "Prometheus gets nothing from {{ $labels.job }} of {{ $labels.environment }} for 3 minutes (value {{ $value }}): GitHub's view is missing.",
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
      "The fleet exporter last got an answer about the runners of {{ $labels.environment }} {{ $value | humanizeDuration }} ago, more than 5 minutes.",
  },
  {
    ...stale,
    for: "5m",
    labels: { reason: "never" },
    expr: ({ environment }) => [`absent(${select(metrics.githubPollTimestamp, environment, 'endpoint="runners"')})`],
    summary: "GitHub's view of {{ $labels.environment }} is missing",
    description:
      "The fleet exporter of {{ $labels.environment }} has had no answer about the runners for 5 minutes (series missing: {{ $value }}).",
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
      "The last choice that GitHub was told for {{ $labels.environment }} expired {{ $value | humanizeDuration }} ago: the gate refuses every deployment.",
  },
  {
    ...switchStale,
    for: "5m",
    labels: { reason: "absent" },
    expr: ({ environment, failover }) =>
      failover ? [`absent(${select(metrics.deploymentRunnerDecision, environment)})`] : [],
    summary: "Nobody chooses the runner of {{ $labels.environment }}",
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
      "This alert always fires (value {{ $value }}). When its receiver stops hearing it, Prometheus, Alertmanager or the way to the receiver is broken.",
    action: "Nothing while it fires. When it stops: begin with the runbook's section on a blind monitoring.",
    dashboard: dashboardUids.overview,
  },
];
