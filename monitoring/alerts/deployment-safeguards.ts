import { dashboardUids } from "../dashboard-uids";
import { metrics } from "../all-metrics";
import { select } from "../select";
import { thresholds } from "../thresholds";
import { successRatio } from "../recordings";
import type { Alert, AlertGroup } from "./alert";

const BY_TARGET = "by (environment, target)";

const deployment = {
  component: "deployment",
  role: "all",
  dashboard: dashboardUids.deploymentPipeline,
} as const;

/** Mean time of a deployment over a window. */
const meanDuration = (environment: string, window: string): string => {
  const rate = (part: string): string =>
    `sum by (environment) (rate(${select({ name: `${metrics.deploymentDuration.name}_${part}` }, environment, 'outcome="succeeded"')}${window}))`;
  return `${rate("sum")} / ${rate("count")}`;
};

/** How long the deployment or the lock of each target has lasted. */
const lasting = (metric: { readonly name: string }, environment: string): string =>
  `time() - max ${BY_TARGET} (${select(metric, environment)})`;

const alerts: readonly Alert[] = [
  {
    ...deployment,
    name: "DeploymentRollbackTriggered",
    severity: "warning",
    expr: ({ environment }) => [
      `round(sum by (environment, target, reason) (increase(${select(metrics.deploymentRollbacks, environment)}[15m]))) > 0`,
    ],
    summary: "A deployment to {{ $labels.environment }} was rolled back",
    description: "{{ $value }} rollback(s) on {{ $labels.target }} within 15 minutes. Reason: {{ $labels.reason }}.",
    action: "Read the rollback record to see what failed, and check that the old version is healthy again.",
  },
  {
    ...deployment,
    name: "MultipleRollbacksInWindow",
    severity: "critical",
    expr: ({ environment }) => [
      `round(sum by (environment) (increase(${select(metrics.deploymentRollbacks, environment)}[4h]))) > ${thresholds.rollbacksPerFourHours}`,
    ],
    summary: "Several rollbacks in {{ $labels.environment }}",
    description: "{{ $value }} rollbacks in {{ $labels.environment }} within 4 hours, more than 2.",
    action: "Stop deploying to the environment until the common cause is known.",
  },
  {
    ...deployment,
    name: "DeploymentHealthCheckFailed",
    severity: "warning",
    expr: ({ environment }) => [
      `round(sum by (environment, target, category) (increase(${select(metrics.deploymentHealthCheckFailures, environment)}[15m]))) > 0`,
    ],
    summary: "Health check {{ $labels.category }} failed in {{ $labels.environment }}",
    description:
      "{{ $value }} health check(s) of category {{ $labels.category }} failed on {{ $labels.target }} within 15 minutes.",
    action: "Run the check by hand on the target, and read the log of the part that it tests.",
  },
  {
    ...deployment,
    name: "HealthCheckRepeatedFailures",
    severity: "critical",
    expr: ({ environment }) => [
      `round(sum by (environment, target) (increase(${select(metrics.deploymentHealthCheckFailures, environment)}[1h]))) > ${thresholds.healthCheckFailuresPerHour}`,
    ],
    summary: "Health checks keep failing on {{ $labels.target }}",
    description: "{{ $value }} health checks failed on {{ $labels.target }} within an hour, more than 3.",
    action: "Treat the application as unhealthy, and check its parts in the order of the runbook.",
  },
  {
    ...deployment,
    name: "DeploymentPartialState",
    severity: "critical",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentPartialState, environment)}) == 1`],
    summary: "{{ $labels.target }} may contain parts of two versions",
    description:
      "A rollback on {{ $labels.target }} failed (partial = {{ $value }}). The incident record lists the state of each step.",
    action:
      "Do not deploy. Correct what stopped the rollback, then retry the rollback with the command in the runbook.",
  },
  {
    ...deployment,
    name: "DeploymentTakingTooLong",
    severity: "warning",
    expr: ({ environment }) => [
      `${lasting(metrics.deploymentStart, environment)} > ${thresholds.deploymentRunningSeconds}`,
    ],
    summary: "A deployment on {{ $labels.target }} takes too long",
    description:
      "The deployment on {{ $labels.target }} has been running for {{ $value | humanizeDuration }}, more than 10 minutes.",
    action: "Find out which step is running (command in the runbook). Do nothing while the lease is held.",
  },
  {
    ...deployment,
    name: "DeploymentStuck",
    severity: "critical",
    expr: ({ environment }) => [
      `${lasting(metrics.deploymentStart, environment)} > ${thresholds.deploymentStuckSeconds}`,
    ],
    summary: "A deployment on {{ $labels.target }} is stuck",
    description:
      "The deployment on {{ $labels.target }} has been running for {{ $value | humanizeDuration }}, more than 30 minutes.",
    action: "Check whether the deployment guard runs on the target. If not, start it with the command in the runbook.",
  },
  {
    ...deployment,
    name: "DeploymentLockStale",
    severity: "warning",
    expr: ({ environment }) => [`${lasting(metrics.deploymentLock, environment)} > ${thresholds.lockHeldSeconds}`],
    summary: "The deployment lock of {{ $labels.target }} is stale",
    description:
      "The deployment lock of {{ $labels.target }} has been held for {{ $value | humanizeDuration }}, more than 45 minutes.",
    action:
      "Never delete the lock. Find out which deployment holds it, and start the deployment guard if it does not run.",
  },
  {
    ...deployment,
    name: "DeploymentSlowTrend",
    severity: "info",
    for: "15m",
    expr: ({ environment }) => [
      `(${meanDuration(environment, "[1d]")}) / (${meanDuration(environment, "[7d] offset 1d")}) > ${thresholds.slowTrendRatio}`,
    ],
    summary: "Deployments to {{ $labels.environment }} get slower",
    description:
      "Deployments of the last day took {{ $value | humanize }} times as long as those of the 7 days before, more than 1.5 times.",
    action: "Compare the durations of the steps in today's records with last week's.",
  },
  {
    ...deployment,
    name: "DeploymentSuccessRateLow",
    severity: "warning",
    for: "15m",
    expr: ({ environment }) => [`${successRatio(environment)} < ${thresholds.deploymentSuccessRatio}`],
    summary: "Too many deployments to {{ $labels.environment }} fail",
    description:
      "{{ $value | humanizePercentage }} of the deployments of the last 7 days succeeded; the objective is 95 % (SC-001).",
    action: "Group the failures of the week by reason, and correct the most frequent one.",
  },
  {
    ...deployment,
    name: "SafeguardMetricsMissing",
    severity: "warning",
    for: "15m",
    expr: ({ environment, targets }) =>
      targets.map(({ name }) => `absent(${select(metrics.deploymentInProgress, environment, `target="${name}"`)})`),
    summary: "No deployment metrics from target {{ $labels.target }}",
    description:
      "Prometheus has had no deployment metrics from target {{ $labels.target }} for 15 minutes (series missing: {{ $value }}). Meanwhile no alert about its deployments can fire.",
    action: "Check the node exporter and its text file on the deployment target before the next deployment.",
  },
  {
    ...deployment,
    name: "DeploymentQueueBacklog",
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [
      `max by (environment) (${select(metrics.githubDeploymentQueue, environment)}) > ${thresholds.deploymentQueueDepth}`,
    ],
    summary: "Too many deployments to {{ $labels.environment }} are waiting",
    description: "{{ $value }} deployments to {{ $labels.environment }} have been waiting for 5 minutes, more than 3.",
    action:
      "Find out what the running deployment waits for and whether a runner may deploy. Cancel deployments that are not needed.",
  },
  {
    ...deployment,
    name: "DeploymentIncidentUnsent",
    severity: "warning",
    for: "15m",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentIncidentsUnsent, environment)}) > 0`],
    summary: "A failed deployment on {{ $labels.target }} has no GitHub issue",
    description: "{{ $value }} incident(s) on {{ $labels.target }} have had no GitHub issue for 15 minutes.",
    action: "When GitHub is up, send them with ghrunners incidents --send.",
  },
  {
    ...deployment,
    name: "DeploymentStateUnreadable",
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentUnreadable, environment)}) > 0`],
    summary: "Files of the deployment agent on {{ $labels.target }} cannot be read",
    description:
      "{{ $value }} file(s) of the deployment agent on {{ $labels.target }} have been unreadable for 5 minutes. Unreadable records are missing in all figures; an unreadable journal locks the target.",
    action: "List the files with the command in the runbook, check the target, then move each file away.",
  },
];

export const deploymentSafeguards: AlertGroup = { name: "deployment_safeguards", alerts };
