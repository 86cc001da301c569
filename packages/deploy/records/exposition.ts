/**
 * The target's metrics, always computed from its records, so that a count cannot differ from what was recorded. Source
 * of the format: prometheus.io/docs/instrumenting/exposition_formats (text format 0.0.4).
 */
import { metrics, type Metric } from "@ghrunners/monitoring/all-metrics";
import { categories } from "../protocol/request";
import type { FailureCode, Outcome } from "../protocol/transaction";
import type { DeploymentRecord, RollbackRecord } from "./record";

/** What the target knows about its deployments. */
export interface History {
  readonly deployments: readonly DeploymentRecord[];
  readonly rollbacks: readonly RollbackRecord[];
  /** Incidents that have no issue yet. */
  readonly unsentIncidents: number;
  /** When the lock was acquired, RFC 3339; null if it is free. */
  readonly lockedAt: string | null;
  /** Whether the last transaction could not be undone. */
  readonly partial: boolean;
  /** Version that `current` points to. */
  readonly version: string | null;
  /** Number of the agent's files that exist but cannot be read. */
  readonly unreadableFiles: number;
}

const outcomes: readonly Outcome[] = ["succeeded", "rolled_back", "rollback_failed", "refused", "cancelled"];
const reasons: readonly FailureCode[] = [
  "preflight",
  "step",
  "health_check",
  "smoke_test",
  "lease_expired",
  "interrupted",
  "rollback",
];

type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };

/** The reason under which a record is counted: a failed rollback outweighs the failure that caused it. */
function reasonOf({ failure, outcome }: DeploymentRecord): FailureCode | undefined {
  return outcome === "rollback_failed" ? "rollback" : failure?.code;
}

export function renderMetrics(history: History): string {
  const { deployments, rollbacks, lockedAt, version } = history;
  const count = <Item>(items: readonly Item[], wanted: (item: Item) => boolean): number => items.filter(wanted).length;
  const failedChecks = deployments.flatMap(({ actions }) =>
    actions.filter(({ ok }) => !ok).flatMap(({ checks }) => checks),
  );
  const unix = (at: string): number => Date.parse(at) / 1000;
  const last = (items: readonly DeploymentRecord[]): number => Math.max(...items.map(({ endedAt }) => unix(endedAt)));
  const successes = deployments.filter(({ outcome }) => outcome === "succeeded");
  const running = lockedAt !== null && !history.partial;
  return [
    samples(
      metrics.deploymentOutcomes,
      outcomes.map((outcome) => ({
        labels: { outcome },
        value: count(deployments, (each) => each.outcome === outcome),
      })),
    ),
    samples(
      metrics.deploymentFailures,
      reasons.map((reason) => ({ labels: { reason }, value: count(deployments, (each) => reasonOf(each) === reason) })),
    ),
    ...outcomes.map((outcome, index) =>
      histogram(
        metrics.deploymentDuration,
        deployments.filter((each) => each.outcome === outcome).map(({ durationSeconds }) => durationSeconds),
        { outcome },
        index === 0,
      ),
    ),
    histogram(
      metrics.deploymentDiagnosis,
      deployments.flatMap(({ diagnosisSeconds }) => diagnosisSeconds ?? []),
    ),
    samples(
      metrics.deploymentRollbacks,
      reasons.map((reason) => ({ labels: { reason }, value: count(rollbacks, (each) => each.reason === reason) })),
    ),
    histogram(
      metrics.deploymentRollbackDuration,
      rollbacks.map(({ durationSeconds }) => durationSeconds),
    ),
    samples(
      metrics.deploymentHealthCheckFailures,
      categories.map((category) => ({
        labels: { category },
        value: count(failedChecks, (check) => !check.ok && check.category === category),
      })),
    ),
    samples(metrics.deploymentInProgress, [{ value: running ? 1 : 0 }]),
    samples(metrics.deploymentStart, running ? [{ value: unix(lockedAt) }] : []),
    samples(metrics.deploymentLock, lockedAt === null ? [] : [{ value: unix(lockedAt) }]),
    samples(metrics.deploymentPartialState, [{ value: history.partial ? 1 : 0 }]),
    samples(metrics.deploymentIncidentsUnsent, [{ value: history.unsentIncidents }]),
    samples(metrics.deploymentUnreadable, [{ value: history.unreadableFiles }]),
    samples(metrics.deploymentVersion, version === null ? [] : [{ labels: { version }, value: 1 }]),
    samples(metrics.deploymentLastSuccess, successes.length === 0 ? [] : [{ value: last(successes) }]),
    samples(
      metrics.deploymentLastFailure,
      reasons.flatMap((reason) => {
        const failed = deployments.filter((each) => reasonOf(each) === reason);
        return failed.length === 0 ? [] : [{ labels: { reason }, value: last(failed) }];
      }),
    ),
  ].join("");
}

function samples(metric: Metric, found: readonly Sample[]): string {
  if (found.length === 0) return "";
  return heading(metric) + found.map(({ labels, value }) => line(metric.name, labels, value)).join("");
}

function histogram(
  metric: Metric,
  values: readonly number[],
  labels: Record<string, string> = {},
  first = true,
): string {
  const upTo = (bound: number): number => values.filter((value) => value <= bound).length;
  return [
    first ? heading(metric) : "",
    ...(metric.buckets ?? []).map((bound) =>
      line(`${metric.name}_bucket`, { ...labels, le: String(bound) }, upTo(bound)),
    ),
    line(`${metric.name}_bucket`, { ...labels, le: "+Inf" }, values.length),
    line(
      `${metric.name}_sum`,
      labels,
      values.reduce((sum, value) => sum + value, 0),
    ),
    line(`${metric.name}_count`, labels, values.length),
  ].join("");
}

const heading = ({ name, help, type }: Metric): string => `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

function line(name: string, labels: Readonly<Record<string, string>> = {}, value: number): string {
  const escaped = (text: string): string => text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}
