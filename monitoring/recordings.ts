import { buckets, select } from "./select";
import { metrics } from "./all-metrics";
import { thresholds } from "./thresholds";

/** One recording rule. */
export interface Recording {
  /** level:metric:operations, by Prometheus' naming rules for recording rules. */
  readonly name: string;
  readonly help: string;
  readonly expr: (environment: string) => string;
}

const WEEK = "[7d]";

/** Outcomes that count: refused and cancelled deployments changed nothing. */
const RAN = 'outcome=~"succeeded|rolled_back|rollback_failed"';

/** SC-001: share of deployments of 7 days that succeeded. */
export function successRatio(environment: string): string {
  const count = (matcher: string): string =>
    `sum by (environment) (increase(${select(metrics.deploymentOutcomes, environment, matcher)}${WEEK}))`;
  return `${count('outcome="succeeded"')} / (${count(RAN)} > 0)`;
}

/** The success criteria as series, in the order of their numbers. SC-004 (no secret in a log) is a test. */
export const recordings = {
  successRatio: {
    name: "environment:deployment_outcomes:success_ratio_7d",
    help: "SC-001: share of the deployments of the last 7 days that succeeded; refused and cancelled ones are not counted.",
    expr: successRatio,
  },
  durationP95: {
    name: "environment:deployment_duration_seconds:p95_7d",
    help: "SC-002: 95th percentile of deployment durations over 7 days; refused and cancelled ones are not counted.",
    expr: (environment) =>
      `histogram_quantile(0.95, sum by (environment, le) (increase(${buckets(metrics.deploymentDuration, environment, RAN)}${WEEK})))`,
  },
  // Prometheus 3 writes a whole bound as 300.0, Prometheus 2 as 300. Source: Prometheus 3.0, migration guide.
  diagnosedInTime: {
    name: "environment:deployment_diagnosis_seconds:ratio_in_time_7d",
    help: "SC-003: share of the failed deployments of the last 7 days whose diagnosis was recorded within 5 minutes of their start.",
    expr: (environment) =>
      [
        `sum by (environment) (increase(${buckets(metrics.deploymentDiagnosis, environment, `le=~"${thresholds.diagnosisSeconds}(\\\\.0)?"`)}${WEEK}))`,
        `(sum by (environment) (increase(${select({ name: `${metrics.deploymentDiagnosis.name}_count` }, environment)}${WEEK})) > 0)`,
      ].join(" / "),
  },
} as const satisfies Record<string, Recording>;

/** Group name of the recording rules. */
export const RECORDING_GROUP = "success_criteria";
