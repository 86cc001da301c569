/**
 * The runbook file of every alert. Its section is the alert's name in lower case, which is the anchor that GitHub makes
 * from a heading of that name.
 */
export const runbooks = {
  RunnerOffline: "offline-restore.md",
  RunnerStatusMissing: "monitoring-blind.md",
  RunnerDegraded: "degraded-resources.md",
  RunnerResourcesMissing: "monitoring-blind.md",
  DeploymentFailure: "deployment-failed.md",
  DeploymentOutcomesMissing: "monitoring-blind.md",
  DeploymentDurationHigh: "deployment-failed.md",
  DeploymentDurationMissing: "monitoring-blind.md",

  RunnerHostDown: "network-unreachable.md",
  BothRunnersOffline: "offline-restore.md",
  StatusDisagreement: "offline-restore.md",
  GhostBusy: "offline-restore.md",
  RunnerStaleCheckIn: "network-unreachable.md",
  RunnerLogIgnored: "monitoring-blind.md",
  ClockSkew: "degraded-resources.md",
  DiskWillFill: "degraded-resources.md",
  RunnerSecurityUpdatesPending: "unpatched.md",
  RunnerNotPatched: "unpatched.md",
  RunnerRebootRequired: "unpatched.md",
  RunnerUpdatesUnknown: "unpatched.md",
  JobQueuedTooLong: "offline-restore.md",
  QueuedWhileEligibleIdle: "offline-restore.md",
  NoAuthorisedCapacity: "offline-restore.md",
  FailoverActive: "offline-restore.md",
  FailoverFrequency: "offline-restore.md",
  RunnerVersionDeadline: "degraded-resources.md",
  RunnerLabelDrift: "offline-restore.md",
  UnknownRunnerRegistered: "secrets-rotation.md",
  RunnerUnseen10d: "offline-restore.md",
  RepositoryPublic: "secrets-rotation.md",
  EnvironmentProtectionDrift: "secrets-rotation.md",
  SecretRotationDue: "secrets-rotation.md",
  GitHubRateLimitLow: "monitoring-blind.md",
  ExporterDown: "monitoring-blind.md",
  FleetExporterStale: "monitoring-blind.md",
  FailoverSwitchStale: "monitoring-blind.md",
  Watchdog: "monitoring-blind.md",

  DeploymentRollbackTriggered: "deployment-failed.md",
  MultipleRollbacksInWindow: "deployment-failed.md",
  DeploymentHealthCheckFailed: "deployment-failed.md",
  HealthCheckRepeatedFailures: "deployment-failed.md",
  DeploymentPartialState: "deployment-failed.md",
  DeploymentTakingTooLong: "deployment-failed.md",
  DeploymentStuck: "deployment-failed.md",
  DeploymentLockStale: "deployment-failed.md",
  DeploymentSlowTrend: "deployment-failed.md",
  DeploymentSuccessRateLow: "deployment-failed.md",
  SafeguardMetricsMissing: "monitoring-blind.md",
  DeploymentQueueBacklog: "deployment-failed.md",
  DeploymentIncidentUnsent: "deployment-failed.md",
  DeploymentStateUnreadable: "deployment-failed.md",
} as const satisfies Record<string, string>;

export type AlertName = keyof typeof runbooks;

/** Anchor of an alert's section in its runbook. */
export function runbookAnchor(alert: string): string {
  return alert.toLowerCase();
}

/** `https://…/runbooks` and RunnerOffline give `https://…/runbooks/offline-restore.md#runneroffline`. */
export function runbookUrl(base: string, alert: AlertName): string {
  return `${base.replace(/\/+$/, "")}/${runbooks[alert]}#${runbookAnchor(alert)}`;
}
