import { dashboardUids } from "../../dashboard-uids";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";
import { BY_RUNNER } from "../views";

const deadline = {
  name: "RunnerVersionDeadline",
  component: "runner",
  summary: "GitHub will soon give {{ $labels.runner }} no more jobs",
  description:
    "GitHub's deadline for the version of {{ $labels.runner }} is in {{ $value | humanizeDuration }}. After that, the runner gets no jobs.",
  action: "Raise agent.version in the configuration and run pulumi up, which changes the secondary first.",
  dashboard: dashboardUids.runnerHealth,
} as const;

const timeLeft = (environment: string): string =>
  `min ${BY_RUNNER} (${select(metrics.githubRunnerVersionDeadline, environment)}) - time()`;
const { info, warning, critical } = thresholds.versionDeadlineSeconds;

const rotation = {
  name: "SecretRotationDue",
  component: "repository",
  role: "all",
  action: "Rotate the secret with ghrunners rotate, then test it with a deployment to staging.",
  dashboard: dashboardUids.overview,
} as const;

const BY_SECRET = "by (environment, secret)";
const untilDue = (environment: string): string =>
  `(max ${BY_SECRET} (${select(metrics.githubSecretUpdated, environment)}) + max ${BY_SECRET} (${select(metrics.githubSecretRotation, environment)}) - time())`;

/** Alerts about what GitHub has on record: versions, labels, registrations, protection, secrets. */
export const githubAlerts: readonly Alert[] = [
  {
    ...deadline,
    severity: "info",
    expr: ({ environment }) => [`(${timeLeft(environment)} <= ${info}) > ${warning}`],
  },
  {
    ...deadline,
    severity: "warning",
    expr: ({ environment }) => [`(${timeLeft(environment)} <= ${warning}) > ${critical}`],
  },
  {
    ...deadline,
    severity: "critical",
    expr: ({ environment }) => [`${timeLeft(environment)} <= ${critical}`],
  },
  {
    name: "RunnerLabelDrift",
    severity: "warning",
    component: "runner",
    for: "5m",
    expr: ({ environment }) => [`max ${BY_RUNNER} (${select(metrics.githubRunnerLabelDrift, environment)}) > 0`],
    summary: "Labels of {{ $labels.runner }} differ from the configuration",
    description:
      "At GitHub, {{ $value }} label(s) of {{ $labels.runner }} have differed from the configuration for 5 minutes. Jobs may not reach the runner, or the wrong jobs may.",
    action: "Run pulumi up --refresh, which restores the labels.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "UnknownRunnerRegistered",
    severity: "warning",
    component: "repository",
    role: "all",
    for: "5m",
    expr: ({ environment }) => [`max by (environment) (${select(metrics.githubRunnersUnknown, environment)}) > 0`],
    summary: "A runner is registered that is not in the configuration",
    description:
      "{{ $value }} runner(s) are registered at the repository that have the label {{ $labels.environment }} or delivery, so they take its jobs, and are not in its configuration.",
    action:
      "Find out who registered it. If it has no known owner, remove it and rotate the secrets that its jobs could read.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "RunnerUnseen10d",
    severity: "warning",
    component: "runner",
    expr: ({ environment }) => [
      `time() - max ${BY_RUNNER} (${select(metrics.githubRunnerLastSeenOnline, environment)}) > ${thresholds.unseenSeconds}`,
    ],
    summary: "{{ $labels.runner }} has not been online for 10 days",
    description:
      "{{ $labels.runner }} was last seen online {{ $value | humanizeDuration }} ago; GitHub removes its registration after 14 days.",
    action: "Repair the runner, or remove it from the configuration.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "RepositoryPublic",
    severity: "critical",
    component: "repository",
    role: "all",
    expr: ({ environment }) => [`max by (environment) (${select(metrics.githubRepositoryPublic, environment)}) == 1`],
    summary: "The repository is public and has production runners",
    description:
      "The repository of {{ $labels.environment }} is public (public = {{ $value }}). A pull request from outside may run code on its runners.",
    action: "Stop the runners' units, make the repository private again, then check which jobs ran meanwhile.",
    dashboard: dashboardUids.overview,
  },
  {
    name: "EnvironmentProtectionDrift",
    severity: "warning",
    component: "repository",
    role: "all",
    for: "5m",
    expr: ({ environment }) => [
      `max by (environment, setting) (${select(metrics.githubProtectionDrift, environment)}) > 0`,
    ],
    summary: "The protection of the GitHub environment {{ $labels.environment }} was changed",
    description:
      "The setting {{ $labels.setting }} of the GitHub environment {{ $labels.environment }} has differed from the configuration for 5 minutes (drift = {{ $value }}).",
    action: "Find out in GitHub's audit log who changed it, then run the command that ghrunners drift names.",
    dashboard: dashboardUids.overview,
  },
  {
    ...rotation,
    severity: "info",
    labels: { reason: "soon" },
    expr: ({ environment }) => [`(${untilDue(environment)} <= ${thresholds.secretWarningSeconds}) > 0`],
    summary: "Secret {{ $labels.secret }} is due for rotation soon",
    description:
      "Secret {{ $labels.secret }} of {{ $labels.environment }} is due for rotation in {{ $value | humanizeDuration }}.",
  },
  {
    ...rotation,
    severity: "warning",
    labels: { reason: "overdue" },
    expr: ({ environment }) => [`${untilDue(environment)} <= 0`],
    summary: "Secret {{ $labels.secret }} is overdue for rotation",
    description:
      "Secret {{ $labels.secret }} of {{ $labels.environment }} is past its rotation period: {{ $value | humanizeDuration }} left.",
  },
  {
    ...rotation,
    severity: "warning",
    labels: { reason: "missing" },
    for: "10m",
    expr: ({ environment }) => [
      [
        `max ${BY_SECRET} (${select(metrics.githubSecretRotation, environment)})`,
        `unless max ${BY_SECRET} (${select(metrics.githubSecretUpdated, environment)})`,
        `and on (environment) max by (environment) (${select(metrics.githubPollSuccess, environment, 'endpoint="secrets"')}) == 1`,
      ].join(" "),
    ],
    summary: "Secret {{ $labels.secret }} is missing at GitHub",
    description:
      "The configuration of {{ $labels.environment }} has the secret {{ $labels.secret }} (rotated every {{ $value | humanizeDuration }}), but GitHub has no secret of that name.",
  },
  {
    name: "GitHubRateLimitLow",
    severity: "warning",
    component: "monitoring",
    role: "all",
    for: "5m",
    expr: ({ environment }) => [
      `min by (environment) (${select(metrics.githubRateLimitRemaining, environment)} / ${select(metrics.githubRateLimit, environment)}) < ${thresholds.rateLimitRemainingRatio}`,
    ],
    summary: "GitHub's rate limit is nearly used up",
    description:
      "The fleet exporter of {{ $labels.environment }} has {{ $value | humanizePercentage }} of this hour's requests left, less than 10 %.",
    action: "Find out what else uses the token. The exporter alone uses less than a tenth of the limit.",
    dashboard: dashboardUids.overview,
  },
];
