import type { AlertName } from "../runbooks";

/** While an alert of `source` fires, those of `muted` with the same values of the labels `equal` do not notify. */
export interface Inhibition {
  readonly source: readonly AlertName[];
  readonly muted: readonly AlertName[];
  readonly equal: readonly string[];
}

const runner = ["environment", "runner"] as const;

export const inhibitions: readonly Inhibition[] = [
  {
    source: ["RunnerHostDown"],
    muted: [
      "RunnerOffline",
      "RunnerStatusMissing",
      "RunnerResourcesMissing",
      "RunnerDegraded",
      "RunnerStaleCheckIn",
      "StatusDisagreement",
      "GhostBusy",
      "ClockSkew",
      "DiskWillFill",
      "ExporterDown",
    ],
    equal: runner,
  },
  { source: ["RunnerOffline"], muted: ["RunnerStatusMissing", "RunnerStaleCheckIn"], equal: runner },
  { source: ["ExporterDown"], muted: ["RunnerStatusMissing", "RunnerResourcesMissing"], equal: runner },
  {
    source: ["ExporterDown"],
    muted: ["SafeguardMetricsMissing", "DeploymentOutcomesMissing", "DeploymentDurationMissing"],
    equal: ["environment", "target"],
  },
  { source: ["RunnerSecurityUpdatesPending"], muted: ["RunnerNotPatched"], equal: runner },
  {
    source: ["BothRunnersOffline"],
    muted: ["RunnerOffline", "RunnerHostDown", "NoAuthorisedCapacity", "FailoverActive", "JobQueuedTooLong"],
    equal: ["environment"],
  },
  {
    source: ["SafeguardMetricsMissing"],
    muted: ["DeploymentOutcomesMissing", "DeploymentDurationMissing"],
    equal: ["environment", "target"],
  },
  { source: ["DeploymentStuck"], muted: ["DeploymentTakingTooLong"], equal: ["environment", "target"] },
  { source: ["MultipleRollbacksInWindow"], muted: ["DeploymentRollbackTriggered"], equal: ["environment"] },
  {
    source: ["HealthCheckRepeatedFailures"],
    muted: ["DeploymentHealthCheckFailed"],
    equal: ["environment", "target"],
  },
];
