import { DURATION_BUCKETS, type Metric, REACTION_BUCKETS } from "./metric";

/**
 * Target view: what happened to deployments, computed from the records on the deployment target and read by its node
 * exporter (textfile collector). So an outcome is counted even if the runner or GitHub failed. Counters and histograms
 * start at 0, for every label value that their help names, with the target's first contact: so an increase is never
 * lost, and a missing series means that the target is not scraped.
 */
export const targetMetrics = {
  deploymentOutcomes: {
    name: "deployment_outcomes_total",
    type: "counter",
    labels: ["outcome"],
    help: "Deployments that ended on the target: succeeded, rolled_back, rollback_failed, refused or cancelled.",
    source: "target",
  },
  deploymentFailures: {
    name: "deployment_failures_total",
    type: "counter",
    labels: ["reason"],
    help: "Deployments that did not succeed, by reason: preflight, step, health_check, smoke_test, lease_expired, interrupted or rollback.",
    source: "target",
  },
  deploymentDuration: {
    name: "deployment_duration_seconds",
    type: "histogram",
    unit: "seconds",
    labels: ["outcome"],
    help: "Time from taking the lock to the deployment's end, rollback included.",
    source: "target",
    buckets: DURATION_BUCKETS,
  },
  deploymentDiagnosis: {
    name: "deployment_diagnosis_seconds",
    type: "histogram",
    unit: "seconds",
    labels: [],
    help: "Time from the start of a failed deployment to its diagnosis in the record (SC-003).",
    source: "target",
    buckets: REACTION_BUCKETS,
  },
  deploymentRollbacks: {
    name: "deployment_rollbacks_total",
    type: "counter",
    labels: ["reason"],
    help: "Started rollbacks, by the reason of the failure.",
    source: "target",
  },
  deploymentRollbackDuration: {
    name: "deployment_rollback_duration_seconds",
    type: "histogram",
    unit: "seconds",
    labels: [],
    help: "Time from the start of a rollback until the old version is proved healthy.",
    source: "target",
    buckets: REACTION_BUCKETS,
  },
  deploymentHealthCheckFailures: {
    name: "deployment_health_check_failures_total",
    type: "counter",
    labels: ["category"],
    help: "Health checks that failed after all attempts, by category: backend, frontend, database, cache, external, system, proxy or units.",
    source: "target",
  },
  deploymentInProgress: {
    name: "deployment_in_progress",
    type: "gauge",
    labels: [],
    help: "1 while a deployment or rollback runs on the target, else 0.",
    source: "target",
  },
  deploymentStart: {
    name: "deployment_start_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "Unix time at which the running deployment took the lock; absent while none runs.",
    source: "target",
  },
  deploymentLock: {
    name: "deployment_lock_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "Unix time at which the target's deployment lock was taken; absent while it is free.",
    source: "target",
  },
  deploymentPartialState: {
    name: "deployment_partial_state",
    type: "gauge",
    labels: [],
    help: "1 when a rollback failed and the target may contain parts of two versions, else 0.",
    source: "target",
  },
  deploymentIncidentsUnsent: {
    name: "deployment_incidents_unsent",
    type: "gauge",
    labels: [],
    help: "Incidents recorded on the target that have no GitHub issue yet.",
    source: "target",
  },
  deploymentUnreadable: {
    name: "deployment_unreadable_files",
    type: "gauge",
    labels: [],
    help: "Files of the deployment agent on the target (journal, records, unsent incidents) that exist but cannot be read.",
    source: "target",
  },
  deploymentVersion: {
    name: "deployment_version_info",
    type: "gauge",
    labels: ["version"],
    help: "Always 1: the version that the last committed deployment left on the target.",
    source: "target",
  },
  deploymentLastSuccess: {
    name: "deployment_last_success_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: [],
    help: "Unix time of the last deployment that succeeded; absent before the first.",
    source: "target",
  },
  deploymentLastFailure: {
    name: "deployment_last_failure_timestamp_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["reason"],
    help: "Unix time of the last deployment that did not succeed, by reason.",
    source: "target",
  },
} as const satisfies Record<string, Metric>;
