import { buckets, select } from "../select";
import { dashboardUids } from "../dashboard-uids";
import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import { thresholds } from "../thresholds";
import type { Alert, AlertGroup, AlertScope } from "./alert";
import { BY_RUNNER, cpuUse, diskUse, inodeUse, memoryUse, ofDelivery, offline } from "./views";

/** One expression for each runner: absent() only has the labels that the expression itself contains. */
function missing(metric: { readonly name: string }) {
  return ({ environment, runners }: AlertScope): string[] =>
    runners.map(({ name, role }) => `absent(${select(metric, environment, `runner="${name}"`, `role="${role}"`)})`);
}

const runnerOffline = {
  name: "RunnerOffline",
  component: "runner",
  action:
    "Open the runbook: compare the view of the machine with GitHub's view, restart the unit, then run a smoke job.",
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
      "For 5 minutes, the host view or GitHub has reported the primary runner {{ $labels.runner }} of {{ $labels.environment }} offline (state {{ $value }}), and the other view has not contradicted. Deployments fail over or wait.",
  },
  {
    ...runnerOffline,
    severity: "warning",
    for: "10m",
    expr: ({ environment }) => [offline(environment, 'role="secondary"')],
    summary: "Secondary runner {{ $labels.runner }} is offline",
    description:
      "For 10 minutes, the host view or GitHub has reported the secondary runner {{ $labels.runner }} of {{ $labels.environment }} offline (state {{ $value }}), and the other view has not contradicted. It cannot take over from the primary.",
  },
  {
    ...runnerOffline,
    severity: "warning",
    role: DELIVERY_ROLE,
    for: "10m",
    action: "Open the runbook: restart the unit on its machine. Until then pulumi up on a workstation does the same.",
    expr: ofDelivery(offline),
    summary: "Delivery runner {{ $labels.runner }} is offline",
    description:
      "For 10 minutes, the host view or GitHub has reported the delivery runner {{ $labels.runner }} of {{ $labels.environment }} offline (state {{ $value }}), and the other view has not contradicted. Workflows that preview and deliver the stacks wait; deployments of the application do not.",
  },
  {
    name: "RunnerStatusMissing",
    severity: "warning",
    component: "runner",
    for: "10m",
    expr: missing(metrics.runnerStatus),
    summary: "No status from runner {{ $labels.runner }}",
    description:
      "Prometheus has had no runner_status of {{ $labels.runner }} ({{ $labels.role }}) for 10 minutes (series missing: {{ $value }}): its exporter is not scraped or does not know the status.",
    action:
      "Check the exporter on the runner and Prometheus' target page. Until it is repaired, rely on GitHub's view only.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    ...degraded,
    labels: { reason: "cpu" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) has no CPU to spare",
    for: "10m",
    expr: ({ environment }) => [`${cpuUse(environment)} > ${thresholds.cpuRatio}`],
    description:
      "CPU use of {{ $labels.runner }} has been above 90 % for 10 minutes (now {{ $value | humanizePercentage }}). Jobs slow down and may time out.",
    action:
      "Find the process that uses the CPU. If it belongs to a job, wait until the job ends; stop any other process.",
  },
  {
    ...degraded,
    labels: { reason: "memory" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) is short of memory",
    for: "10m",
    expr: ({ environment }) => [`${memoryUse(environment)} > ${thresholds.memoryRatio}`],
    description:
      "Memory use of {{ $labels.runner }} has been above 85 % for 10 minutes (now {{ $value | humanizePercentage }}). The next job may be killed.",
    action: "Find the process that uses the memory. If jobs need it, raise the VM's memory.",
  },
  {
    ...degraded,
    labels: { reason: "disk" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) is short of disk space",
    for: "15m",
    expr: ({ environment }) => [`${diskUse(environment)} > ${thresholds.diskRatio}`],
    description:
      "The root file system of {{ $labels.runner }} has been more than 85 % full for 15 minutes (now {{ $value | humanizePercentage }}). Every job fails when the disk is full.",
    action: "Empty the work folder while the runner is idle, then find out what else grew.",
  },
  {
    ...degraded,
    labels: { reason: "inodes" },
    summary: "Runner {{ $labels.runner }} ({{ $labels.role }}) is short of inodes",
    for: "15m",
    expr: ({ environment }) => [`${inodeUse(environment)} > ${thresholds.diskRatio}`],
    description:
      "More than 85 % of the inodes of the root file system of {{ $labels.runner }} have been used for 15 minutes (now {{ $value | humanizePercentage }}). Every job fails when none is left, although the disk has space.",
    action: "Empty the work folder while the runner is idle, then find the folder with the many small files.",
  },
  {
    ...degraded,
    labels: { reason: "work_folder" },
    summary: "Jobs on runner {{ $labels.runner }} ({{ $labels.role }}) cannot use its folder {{ $labels.folder }}",
    for: "2m",
    expr: ({ environment }) => [
      `max by (environment, runner, role, folder) (${select(metrics.runnerJobFolderUsable, environment)}) == 0`,
    ],
    description:
      "For 2 minutes, the user of jobs has not been able to write to the folder {{ $labels.folder }} of {{ $labels.runner }} (usable: {{ $value }}). No job can start there.",
    action: "Run ghrunners doctor: it names the folder and the command that makes the machine anew.",
  },
  {
    ...degraded,
    labels: { reason: "ssh" },
    summary: "The SSH server of runner {{ $labels.runner }} ({{ $labels.role }}) does not run",
    for: "5m",
    expr: ({ environment }) => [`max ${BY_RUNNER} (${select(metrics.runnerSshActive, environment)}) == 0`],
    description:
      "For 5 minutes, neither the SSH server of {{ $labels.runner }} nor its socket has been active (active: {{ $value }}). Jobs still run, but no update, and nobody can repair the machine.",
    action: "Start ssh.service on the machine's console in Proxmox VE, then run ghrunners doctor.",
  },
  {
    ...degraded,
    labels: { reason: "failed_jobs" },
    summary: "Deployments fail on runner {{ $labels.runner }} ({{ $labels.role }})",
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubDeploymentJobsFailedInRow, environment)}) and max ${BY_RUNNER} (${select(metrics.githubRunnerSuspect, environment)}) == 1`,
    ],
    description:
      "The last {{ $value }} deployment jobs on {{ $labels.runner }} failed, and not those of another runner of {{ $labels.environment }}. Deployments use it only if no other runner is healthy.",
    action:
      "Compare the logs of the failed jobs and repair the machine. Then run ghrunners smoke with the runner's role: its success clears the runner.",
  },
  {
    ...degraded,
    labels: { reason: "sudo" },
    summary: "The operator of runner {{ $labels.runner }} ({{ $labels.role }}) does not become root",
    for: "5m",
    expr: ({ environment }) => [`max ${BY_RUNNER} (${select(metrics.runnerSudoUsable, environment)}) == 0`],
    description:
      "For 5 minutes, sudo on {{ $labels.runner }} has refused the login of Pulumi and ghrunners (usable: {{ $value }}). Jobs still run, but no update, and nobody can repair the machine.",
    action: "Run ghrunners doctor: it says what sudo answered, and names the command that makes the machine anew.",
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
      "A newer runner version than that of {{ $labels.runner }} has been available for {{ $value | humanizeDuration }}, more than 7 days.",
    action: "Raise agent.version in the configuration and run pulumi up, which changes the secondary first.",
  },
  {
    name: "RunnerResourcesMissing",
    severity: "warning",
    component: "runner",
    for: "10m",
    expr: missing(foreign.memoryAvailable),
    summary: "No CPU, memory and disk metrics from runner {{ $labels.runner }}",
    description:
      "Prometheus has had no metrics from the node exporter of {{ $labels.runner }} ({{ $labels.role }}) for 10 minutes (series missing: {{ $value }}). Meanwhile RunnerDegraded cannot fire.",
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
    description: "{{ $value }} deployments to {{ $labels.environment }} failed within the last hour; the limit is 3.",
    action:
      "Stop deploying. Read the newest deployment record and its diagnosis, then decide whether to correct the change or to keep the old version.",
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
      "Prometheus has had no deployment outcomes from target {{ $labels.target }} for 15 minutes (series missing: {{ $value }}). Meanwhile DeploymentFailure cannot fire.",
    action: "Check the node exporter and its text file on the deployment target.",
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
      "The 95th percentile of deployment durations over 6 hours is {{ $value | humanizeDuration }}, above the objective of 10 minutes (SC-002).",
    action: "Compare the durations of the steps in the newest records, and find the step that became slower.",
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
    summary: "No deployment durations from target {{ $labels.target }}",
    description:
      "Prometheus has had no deployment durations from target {{ $labels.target }} for 15 minutes (series missing: {{ $value }}). Meanwhile DeploymentDurationHigh cannot fire.",
    action: "Check the node exporter and its text file on the deployment target.",
    dashboard: dashboardUids.deploymentPipeline,
  },
];

export const runnerHealth: AlertGroup = { name: "github_runner_health", alerts };
