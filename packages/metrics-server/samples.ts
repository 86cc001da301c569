/**
 * The values of a view at one moment, before they are rendered. Pure.
 */
import type { metrics, MetricKey } from "@ghrunners/monitoring/all-metrics";

/** Values of the labels that the catalogue names for a metric. */
export type LabelsOf<Key extends MetricKey> = Readonly<Record<(typeof metrics)[Key]["labels"][number], string>>;

type KeysOf<Type extends string> = {
  [Key in MetricKey]: (typeof metrics)[Key]["type"] extends Type ? Key : never;
}[MetricKey];
export type GaugeKey = KeysOf<"gauge">;
export type CounterKey = KeysOf<"counter">;
export type HistogramKey = KeysOf<"histogram">;

/** One value of a gauge. A gauge without a sample does not appear: unknown is absent. */
export interface Sample {
  readonly metric: GaugeKey;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A sample whose labels are exactly those of the catalogue. */
export function sample<Key extends GaugeKey>(metric: Key, value: number, labels: LabelsOf<Key>): Sample {
  return { metric, labels, value };
}

/** A sample for a fact that may be unknown: none without it. */
export function sampleIfKnown<Key extends GaugeKey>(
  metric: Key,
  value: number | boolean | undefined,
  labels: LabelsOf<Key>,
): Sample[] {
  return value === undefined ? [] : [sample(metric, Number(value), labels)];
}
