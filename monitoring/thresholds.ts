/**
 * The canonical thresholds of alerts, dashboards and success criteria: each number is defined only here. Ratios are
 * between 0 and 1, times in seconds.
 */
const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

export const thresholds = {
  cpuRatio: 0.9,
  memoryRatio: 0.85,
  /** Of the space, and of the inodes. */
  diskRatio: 0.85,
  versionBehindSeconds: 7 * day,
  /** Times before the end of a runner's version at which the alert is info, warning and critical. */
  versionDeadlineSeconds: { info: 14 * day, warning: 7 * day, critical: 3 * day },
  staleCheckinSeconds: 10 * minute,
  queuedSeconds: 5 * minute,
  /** GitHub gives a job to an idle runner within seconds. */
  eligibleIdleQueuedSeconds: 1 * minute,
  failoversPerDay: 5,
  /** GitHub removes a runner that was not seen for 14 days. */
  unseenSeconds: 10 * day,
  secretWarningSeconds: 7 * day,
  rateLimitRemainingRatio: 0.1,
  pollAgeSeconds: 5 * minute,
  /** OAuth tokens are refused from 5 minutes of skew on. */
  clockSkewSeconds: 1 * minute,
  diskWillFillSeconds: 1 * day,
  /** Below this usage a disk is not reported, however fast it fills. */
  diskWillFillRatio: 0.6,
  securityUpdatePendingSeconds: 7 * day,
  /** A machine is patched at least once a month. */
  updatePendingSeconds: 30 * day,
  rebootRequiredSeconds: 7 * day,
  failedDeploymentsPerHour: 3,
  /** One failure is a bad release, and two are its second try. */
  failedJobsInRow: 3,
  /** Time after the last failure in which a runner is left alone: then a deployment may try it again. */
  suspectSeconds: 1 * day,
  /** SC-002. */
  deploymentP95Seconds: 10 * minute,
  /** SC-001. */
  deploymentSuccessRatio: 0.95,
  /** SC-003. */
  diagnosisSeconds: 5 * minute,
  rollbacksPerFourHours: 2,
  healthCheckFailuresPerHour: 3,
  deploymentRunningSeconds: 10 * minute,
  deploymentStuckSeconds: 30 * minute,
  lockHeldSeconds: 45 * minute,
  slowTrendRatio: 1.5,
  deploymentQueueDepth: 3,
} as const;
