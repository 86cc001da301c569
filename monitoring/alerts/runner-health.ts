import { buckets, select } from "../select";
import { dashboardUids } from "../dashboard-uids";
import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { thresholds } from "../thresholds";
import type { Alert, AlertGroup, AlertScope } from "./alert";
import { BY_RUNNER, cpuUse, diskUse, memoryUse, offline } from "./views";

/** One expression for each runner: absent() can only name a series whose labels it is told. */
function missing(metric: { readonly name: string }) {
  return ({ environment, runners }: AlertScope): string[] =>
    runners.map(({ name, role }) => `absent(${select(metric, environment, `runner="${name}"`, `role="${role}"`)})`);
}

const runnerOffline = {
  name: "RunnerOffline",
  component: "runner",
  action:
    "Open the runbook: ask the machine and GitHub for their view, restart the unit, then prove it with a smoke job.",
  dashboard: dashboardUids.runnerHealth,
} as const;

const degraded = {
  name: "RunnerDegraded",
  severity: "warning",
  component: "runner",
  dashboard: dashboardUids.runnerHealth,
} as const;

const failed = ({ environment }: AlertScope): string => {
  const ended = (metric: { readonly name: string }, matcher: string, view: string): string =>
    `label_replace(round(sum by (environment) (increase(${select(metric, environment, matcher)}[1h]))), "view", "${view}", "", "")`;
  const target = ended(metrics.deploymentOutcomes, 'outcome=~"rolled_back|rollback_failed"', "target");
  const github = ended(metrics.githubDeploymentJobs, 'conclusion=~"failure|timed_out|startup_failure"', "github");
  return `max by (environment) (${target} or ${github}) > ${thresholds.failedDeploymentsPerHour}`;
};

const alerts: readonly Alert[] = [
  {
    ...runnerOffline,
    severity: "critical",
    for: "5m",
    expr: ({ environment }) => [offline(environment, 'role="primary"')],
    summary: "Primary runner {{ $labels.runner }} is offline",
    description:
      "Neither the host nor GitHub shows the primary runner {{ $labels.runner }} of {{ $labels.environment }} working for 5 minutes (state {{ $value }}). Deployments fail over or wait.",
  },
  {
    ...runnerOffline,
    severity: "warning",
    for: "10m",
    expr: ({ environment }) => [offline(environment, 'role="secondary"')],
    summary: "Secondary runner {{ $labels.runner }} is offline",
    description:
      "Neither the host nor GitHub shows the secondary runner {{ $labels.runner }} of {{ $labels.environment }} working for 10 minutes (state {{ $value }}). There is nothing to fail over to.",
  },
  {
    name: "RunnerStatusMissing",
    severity: "warning",
    component: "runner",
    for: "10m",
    expr: missing(metrics.runnerStatus),
    summary: "No status from runner {{ $labels.runner }}",
    description:
      "Prometheus has had no runner_status of {{ $labels.runner }} ({{ $labels.role }}) for 10 minutes (series missing: {{ $value }}): its exporter is not scraped or cannot tell.",
    action: "Check the exporter on the runner and Prometheus' target page; until then trust GitHub's view only.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    ...degraded,
    labels: { reason: "cpu" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) has no CPU to spare",
    for: "10m",
    expr: ({ environment }) => [`${cpuUse(environment)} > ${thresholds.cpuRatio}`],
    description:
      "CPU use of {{ $labels.runner }} is {{ $value | humanizePercentage }} for 10 minutes, above 90 %. Jobs slow down and may time out.",
    action: "Find the process that uses the CPU; a job's own load passes, anything else is stopped.",
  },
  {
    ...degraded,
    labels: { reason: "memory" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) is short of memory",
    for: "10m",
    expr: ({ environment }) => [`${memoryUse(environment)} > ${thresholds.memoryRatio}`],
    description:
      "Memory use of {{ $labels.runner }} is {{ $value | humanizePercentage }} for 10 minutes, above 85 %. The next job may be killed.",
    action: "Find the process that holds the memory; raise the VM's memory when jobs need it.",
  },
  {
    ...degraded,
    labels: { reason: "disk" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) is short of disk space",
    for: "15m",
    expr: ({ environment }) => [`${diskUse(environment)} > ${thresholds.diskRatio}`],
    description:
      "The root file system of {{ $labels.runner }} is {{ $value | humanizePercentage }} full for 15 minutes, above 85 %. A full disk fails every job.",
    action: "Clear the work folder of the idle runner, then look at what else grew.",
  },
  {
    ...degraded,
    labels: { reason: "version" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) runs an old runner version",
    for: "15m",
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubRunnerVersionBehind, environment)}) > ${thresholds.versionBehindSeconds}`,
    ],
    description:
      "A newer runner version than that of {{ $labels.runner }} has been out for {{ $value | humanizeDuration }}, more than 7 days.",
    action: "Raise runner.version in the configuration and roll it out: secondary first.",
  },
  {
    name: "RunnerResourcesMissing",
    severity: "warning",
    component: "runner",
    for: "10m",
    expr: missing(foreign.memoryAvailable),
    summary: "No CPU, memory and disk figures from runner {{ $labels.runner }}",
    description:
      "Node exporter of {{ $labels.runner }} ({{ $labels.role }}) has given nothing for 10 minutes (series missing: {{ $value }}): RunnerDegraded cannot fire.",
    action: "Check prometheus-node-exporter on the runner and the firewall between it and the monitoring host.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "DeploymentFailure",
    severity: "critical",
    component: "deployment",
    role: "all",
    expr: (scope) => [failed(scope)],
    summary: "Deployments to {{ $labels.environment }} keep failing",
    description: "{{ $value }} deployments to {{ $labels.environment }} failed within the last hour, more than 3.",
    action:
      "Stop deploying, read the newest deployment record and its diagnosis, then decide between fix and older version.",
    dashboard: dashboardUids.deploymentPipeline,
  },
  {
    name: "DeploymentOutcomesMissing",
    severity: "warning",
    component: "deployment",
    role: "all",
    for: "15m",
    expr: ({ environment, targets }) =>
      targets.map(({ name }) => `absent(${select(metrics.deploymentOutcomes, environment, `target="${name}"`)})`),
    summary: "No deployment outcomes from target {{ $labels.target }}",
    description:
      "Target {{ $labels.target }} has given no deployment outcomes for 15 minutes (series missing: {{ $value }}): DeploymentFailure cannot fire.",
    action: "Check node exporter and its textfile on the deployment target.",
    dashboard: dashboardUids.deploymentPipeline,
  },
  {
    name: "DeploymentDurationHigh",
    severity: "warning",
    component: "deployment",
    role: "all",
    for: "5m",
    expr: ({ environment }) => [
      `histogram_quantile(0.95, sum by (environment, le) (rate(${buckets(metrics.deploymentDuration, environment)}[6h]))) > ${thresholds.deploymentP95Seconds}`,
    ],
    summary: "Deployments to {{ $labels.environment }} are slow",
    description:
      "The 95th percentile of deployment time over 6 hours is {{ $value | humanizeDuration }}, above 10 minutes (SC-002).",
    action: "Compare the steps' times in the newest records and find the one that grew.",
    dashboard: dashboardUids.deploymentPipeline,
  },
  {
    name: "DeploymentDurationMissing",
    severity: "warning",
    component: "deployment",
    role: "all",
    for: "15m",
    expr: ({ environment, targets }) =>
      targets.map(
        ({ name }) =>
          `absent(${select({ name: `${metrics.deploymentDuration.name}_count` }, environment, `target="${name}"`)})`,
      ),
    summary: "No deployment times from target {{ $labels.target }}",
    description:
      "Target {{ $labels.target }} has given no deployment times for 15 minutes (series missing: {{ $value }}): DeploymentDurationHigh cannot fire.",
    action: "Check node exporter and its textfile on the deployment target.",
    dashboard: dashboardUids.deploymentPipeline,
  },
];

export const runnerHealth: AlertGroup = { name: "github_runner_health", alerts };
