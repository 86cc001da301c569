import { app, histogram, type RuleCase, sample } from "../case";

const rollbacks = (values: string) => sample("deploymentRollbacks", { ...app, reason: "health_check" }, values);
const failures = (values: string) => sample("deploymentHealthCheckFailures", { ...app, category: "database" }, values);
const outcomes = (outcome: string, values: string) => sample("deploymentOutcomes", { ...app, outcome }, values);
const duration = (part: "_sum" | "_count", values: string) =>
  sample("deploymentDuration", { ...app, outcome: "succeeded" }, values, part);

export const deploymentCases: readonly RuleCase[] = [
  {
    alert: "DeploymentRollbackTriggered",
    fires: [rollbacks("0x5 1x60")],
    at: "8m",
    labels: { ...app, reason: "health_check" },
    says: "1 rollback(s) on app within 15 minutes. Reason: health_check.",
    ends: "25m",
    quiet: [rollbacks("3x60")],
  },
  {
    alert: "MultipleRollbacksInWindow",
    interval: "5m",
    fires: [rollbacks("0x5 1x5 2x5 3x200")],
    at: "3h",
    labels: {},
    says: "3 rollbacks in production within 4 hours, more than 2.",
    ends: "7h",
    quiet: [rollbacks("0x5 1x5 2x200")],
  },
  {
    alert: "DeploymentHealthCheckFailed",
    fires: [failures("0x5 1x60")],
    at: "8m",
    labels: { ...app, category: "database" },
    says: "1 health check(s) of category database failed on app within 15 minutes.",
    ends: "25m",
    quiet: [failures("7x60")],
  },
  {
    alert: "HealthCheckRepeatedFailures",
    fires: [failures("0x5 1x5 2x5 3x5 4x200")],
    at: "50m",
    labels: app,
    says: "4 health checks failed on app within an hour, more than 3.",
    ends: "100m",
    quiet: [failures("0x5 1x5 2x5 3x200")],
  },
  {
    alert: "DeploymentPartialState",
    fires: [sample("deploymentPartialState", app, "1x5 0x20")],
    at: "0m",
    labels: app,
    says: "A rollback on app failed (partial = 1). The incident record lists the state of each step.",
    ends: "6m",
    quiet: [sample("deploymentPartialState", app, "0x40")],
  },
  {
    alert: "DeploymentTakingTooLong",
    fires: [sample("deploymentStart", app, "0x14 _x20")],
    at: "12m",
    labels: app,
    says: "The deployment on app has been running for 12m 0s, more than 10 minutes.",
    ends: "21m",
    quiet: [sample("deploymentStart", app, "300x40")],
  },
  {
    alert: "DeploymentStuck",
    fires: [sample("deploymentStart", app, "0x40 _x20")],
    at: "35m",
    labels: app,
    says: "The deployment on app has been running for 35m 0s, more than 30 minutes.",
    ends: "50m",
    quiet: [sample("deploymentStart", app, "900x40")],
  },
  {
    alert: "DeploymentLockStale",
    fires: [sample("deploymentLock", app, "0x50 _x20")],
    at: "48m",
    labels: app,
    says: "The deployment lock of app has been held for 48m 0s, more than 45 minutes.",
    ends: "60m",
    quiet: [sample("deploymentLock", app, "900x60")],
  },
  {
    alert: "DeploymentSlowTrend",
    interval: "1h",
    // One deployment an hour: 100 s each for 8 days, then 200 s each, then 100 s again.
    fires: [duration("_count", "0+1x600"), duration("_sum", "0+100x192 19400+200x30 25300+100x300")],
    at: "219h",
    labels: {},
    says: "Deployments of the last day took 1.965 times as long as those of the 7 days before, more than 1.5 times.",
    ends: "260h",
    quiet: [duration("_count", "0+1x600"), duration("_sum", "0+100x192 19340+140x300")],
  },
  {
    alert: "DeploymentSuccessRateLow",
    interval: "1h",
    fires: [
      outcomes("succeeded", "0+9x100 900x600"),
      outcomes("rolled_back", "0+1x100 100x600"),
      outcomes("rollback_failed", "0x700"),
    ],
    at: "50h",
    labels: {},
    says: "90% of the deployments of the last 7 days succeeded; the objective is 95 % (SC-001).",
    ends: "300h",
    quiet: [
      outcomes("succeeded", "0+19x400"),
      outcomes("rolled_back", "0+1x400"),
      outcomes("refused", "0+5x400"),
      outcomes("cancelled", "0+5x400"),
    ],
  },
  {
    alert: "DeploymentIncidentUnsent",
    fires: [sample("deploymentIncidentsUnsent", app, "0x5 2x30 0x30")],
    at: "22m",
    labels: app,
    says: "2 incident(s) on app have had no GitHub issue for 15 minutes.",
    ends: "40m",
    quiet: [sample("deploymentIncidentsUnsent", app, "0x5 1x10 0x40")],
  },
  {
    alert: "DeploymentStateUnreadable",
    fires: [sample("deploymentUnreadable", app, "0x5 1x20 0x30")],
    at: "12m",
    labels: app,
    says: "1 file(s) of the deployment agent on app have been unreadable for 5 minutes. Unreadable records are missing in all figures; an unreadable journal locks the target.",
    ends: "30m",
    quiet: [sample("deploymentUnreadable", app, "0x5 1x4 0x40")],
  },
  {
    alert: "SafeguardMetricsMissing",
    fires: [sample("deploymentInProgress", app, "_x17 0x20")],
    at: "16m",
    labels: app,
    says: "Prometheus has had no deployment metrics from target app for 15 minutes (series missing: 1). Meanwhile no alert about its deployments can fire.",
    ends: "20m",
    quiet: [sample("deploymentInProgress", app, "0x40")],
  },
  {
    alert: "DeploymentQueueBacklog",
    fires: [sample("githubDeploymentQueue", {}, "5x7 0x20")],
    at: "6m",
    labels: {},
    says: "5 deployments to production have been waiting for 5 minutes, more than 3.",
    ends: "9m",
    quiet: [sample("githubDeploymentQueue", {}, "3x40")],
  },
];

/** Samples of a week for the success criteria: 19 of 20 succeed, all are short, 3 of 4 are diagnosed in time. */
export const weekOfDeployments = [
  outcomes("succeeded", "0+19x168"),
  outcomes("rolled_back", "0+1x168"),
  ...histogram("deploymentDuration", { ...app, outcome: "succeeded" }, 300, "0+20x168"),
  sample("deploymentDiagnosis", { ...app, le: "300" }, "0+3x168", "_bucket"),
  sample("deploymentDiagnosis", app, "0+4x168", "_count"),
];
