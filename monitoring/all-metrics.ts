/**
 * Every metric of the project, once: exporters register from it, rules, dashboards and documents are checked against
 * it. Names and meanings follow docs/explanation/monitoring.md; naming rules: prometheus.io/docs/practices/naming.
 */
import { fleetMetrics } from "./metrics/fleet";
import { hostMetrics } from "./metrics/host";
import type { Metric, MetricSource } from "./metrics/metric";
import { switchMetrics } from "./metrics/switch";
import { targetMetrics } from "./metrics/target";

export { scrapeLabels, type Metric, type MetricSource } from "./metrics/metric";

export const metrics = {
  ...hostMetrics,
  ...fleetMetrics,
  ...switchMetrics,
  ...targetMetrics,
} as const satisfies Record<string, Metric>;

export type MetricKey = keyof typeof metrics;

/** The metrics of one emitter. */
export function metricsFrom(source: MetricSource): Metric[] {
  return Object.values(metrics).filter((metric) => metric.source === source);
}
