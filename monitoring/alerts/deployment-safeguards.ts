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
    description: "{{ $value }} rollback(s) on {{ $labels.target }} within 15 minutes because of {{ $labels.reason }}.",
    action: "Read the rollback record: what failed, and that the old version is healthy again.",
  },
  {
    ...deployment,
    name: "MultipleRollbacksInWindow",
    severity: "critical",
    expr: ({ environment }) => [
      `round(sum by (environment) (increase(${select(metrics.deploymentRollbacks, environment)}[4h]))) > ${thresholds.rollbacksPerFourHours}`,
    ],
    summary: "Rollback after rollback in {{ $labels.environment }}",
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
    action: "Run the check by hand on the target and read the log of the part it asks.",
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
    action: "Treat the application as unhealthy: check its parts in the order of the runbook.",
  },
  {
    ...deployment,
    name: "DeploymentPartialState",
    severity: "critical",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentPartialState, environment)}) == 1`],
    summary: "{{ $labels.target }} may hold parts of two versions",
    description: "A rollback on {{ $labels.target }} failed (partial = {{ $value }}): the record names what is where.",
    action: "Do not deploy. Follow the record's list of parts and bring each to the old version.",
  },
  {
    ...deployment,
    name: "DeploymentTakingTooLong",
    severity: "warning",
    expr: ({ environment }) => [
      `${lasting(metrics.deploymentStart, environment)} > ${thresholds.deploymentRunningSeconds}`,
    ],
    summary: "A deployment on {{ $labels.target }} takes long",
    description:
      "The deployment on {{ $labels.target }} runs for {{ $value | humanizeDuration }}, more than 10 minutes.",
    action: "See in its record which step runs; leave it alone while the lease is being renewed.",
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
      "The deployment on {{ $labels.target }} runs for {{ $value | humanizeDuration }}, more than 30 minutes.",
    action: "See whether the target's own rollback has begun; if not, start it by hand as the runbook says.",
  },
  {
    ...deployment,
    name: "DeploymentLockStale",
    severity: "warning",
    expr: ({ environment }) => [`${lasting(metrics.deploymentLock, environment)} > ${thresholds.lockHeldSeconds}`],
    summary: "The deployment lock of {{ $labels.target }} is stale",
    description: "The lock of {{ $labels.target }} is held for {{ $value | humanizeDuration }}, more than 45 minutes.",
    action: "Make sure that its owner is gone, then release the lock by the command of the runbook.",
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
      "A deployment of the last day takes {{ $value | humanize }} times as long as one of the 7 days before, more than 1.5 times.",
    action: "Compare the steps' times of today's records with last week's.",
  },
  {
    ...deployment,
    name: "DeploymentSuccessRateLow",
    severity: "warning",
    for: "15m",
    expr: ({ environment }) => [`${successRatio(environment)} < ${thresholds.deploymentSuccessRatio}`],
    summary: "Too many deployments to {{ $labels.environment }} fail",
    description: "{{ $value | humanizePercentage }} of the deployments of 7 days succeeded, fewer than 95 % (SC-001).",
    action: "Group the failures of the week by reason and mend the most frequent one.",
  },
  {
    ...deployment,
    name: "SafeguardMetricsMissing",
    severity: "warning",
    for: "15m",
    expr: ({ environment, targets }) =>
      targets.map(({ name }) => `absent(${select(metrics.deploymentInProgress, environment, `target="${name}"`)})`),
    summary: "Nothing is known of deployments on {{ $labels.target }}",
    description:
      "Target {{ $labels.target }} has given no deployment metrics for 15 minutes (series missing: {{ $value }}): no safeguard alert can fire.",
    action: "Check node exporter and its textfile on the deployment target before the next deployment.",
  },
  {
    ...deployment,
    name: "DeploymentQueueBacklog",
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [
      `max by (environment) (${select(metrics.githubDeploymentQueue, environment)}) > ${thresholds.deploymentQueueDepth}`,
    ],
    summary: "Deployments to {{ $labels.environment }} pile up",
    description: "{{ $value }} deployments to {{ $labels.environment }} wait for 5 minutes, more than 3.",
    action: "See what the running one waits for and whether a runner may deploy; cancel those nobody needs.",
  },
  {
    ...deployment,
    name: "DeploymentIncidentUnsent",
    severity: "warning",
    for: "15m",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentIncidentsUnsent, environment)}) > 0`],
    summary: "Nobody was told of a failed deployment on {{ $labels.target }}",
    description: "{{ $value }} incident(s) on {{ $labels.target }} have had no issue for 15 minutes.",
    action: "Send them by the command of the runbook once GitHub answers.",
  },
  {
    ...deployment,
    name: "DeploymentStateUnreadable",
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [`max ${BY_TARGET} (${select(metrics.deploymentUnreadable, environment)}) > 0`],
    summary: "Files of the deployment agent on {{ $labels.target }} cannot be read",
    description:
      "{{ $value }} file(s) of the agent on {{ $labels.target }} have been unreadable for 5 minutes: records that count nowhere, or the journal, without which nobody can deploy.",
    action: "See which by the command of the runbook, and move each away once the target was looked at.",
  },
];

export const deploymentSafeguards: AlertGroup = { name: "deployment_safeguards", alerts };
