/**
 * Totals that only grow: counters and histograms as plain data, so that they can be kept on disk and continue after a
 * restart. Pure.
 */
import * as z from "zod";
import { type MetricKey, metrics } from "@ghrunners/monitoring/all-metrics";
import type { CounterKey, HistogramKey, LabelsOf } from "./samples";

interface HistogramTotals {
  /**
   * Observations by bucket, not cumulated, in the catalogue's order of bounds; those above the last bound at the end.
   */
  readonly buckets: readonly number[];
  readonly sum: number;
}

/** Totals by metric and label values. Never changed in place. */
export interface Tally {
  readonly counters: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly histograms: Readonly<Record<string, Readonly<Record<string, HistogramTotals>>>>;
}

export const emptyTally: Tally = { counters: {}, histograms: {} };

/** Label values as one key: in the catalogue's order of labels, so the same labels are the same key. */
function seriesKey(metric: MetricKey, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(metrics[metric].labels.map((name) => labels[name]));
}

export function labelsOfSeries(metric: MetricKey, series: string): Record<string, string> {
  const values = JSON.parse(series) as string[];
  return Object.fromEntries(metrics[metric].labels.map((name, index) => [name, values[index] ?? ""]));
}

/** Adds to a counter; an amount of 0 makes the series exist, so that its first increase is seen. */
export function count<Key extends CounterKey>(tally: Tally, metric: Key, labels: LabelsOf<Key>, amount = 1): Tally {
  const key = seriesKey(metric, labels);
  const series = tally.counters[metric] ?? {};
  return {
    ...tally,
    counters: { ...tally.counters, [metric]: { ...series, [key]: (series[key] ?? 0) + amount } },
  };
}

export function bucketsOf(metric: HistogramKey): readonly number[] {
  return metrics[metric].buckets;
}

function change(
  tally: Tally,
  metric: HistogramKey,
  labels: Readonly<Record<string, string>>,
  next: (totals: HistogramTotals) => HistogramTotals,
): Tally {
  const key = seriesKey(metric, labels);
  const series = tally.histograms[metric] ?? {};
  const before = series[key] ?? { buckets: Array<number>(bucketsOf(metric).length + 1).fill(0), sum: 0 };
  return {
    ...tally,
    histograms: { ...tally.histograms, [metric]: { ...series, [key]: next(before) } },
  };
}

/** Adds an observation to a histogram. */
export function observe<Key extends HistogramKey>(
  tally: Tally,
  metric: Key,
  labels: LabelsOf<Key>,
  value: number,
): Tally {
  const bounds = bucketsOf(metric);
  const found = bounds.findIndex((bound) => value <= bound);
  const at = found === -1 ? bounds.length : found;
  return change(tally, metric, labels, ({ buckets, sum }) => ({
    buckets: buckets.map((entry, index) => (index === at ? entry + 1 : entry)),
    sum: sum + value,
  }));
}

/** Makes a histogram's series exist with no observation yet. */
export function expectHistogram<Key extends HistogramKey>(tally: Tally, metric: Key, labels: LabelsOf<Key>): Tally {
  return change(tally, metric, labels, (totals) => totals);
}

/** One line of a histogram: cumulated bucket counts, as Prometheus wants them. */
export interface HistogramSeries {
  readonly labels: Record<string, string>;
  readonly cumulated: readonly number[];
  readonly count: number;
  readonly sum: number;
}

export function histogramSeries(tally: Tally, metric: HistogramKey): HistogramSeries[] {
  return Object.entries(tally.histograms[metric] ?? {}).map(([key, { buckets, sum }]) => {
    let total = 0;
    const cumulated = buckets.map((entry) => (total += entry));
    return { labels: labelsOfSeries(metric, key), cumulated: cumulated.slice(0, -1), count: total, sum };
  });
}

export function counterSeries(tally: Tally, metric: CounterKey): { labels: Record<string, string>; value: number }[] {
  return Object.entries(tally.counters[metric] ?? {}).map(([key, value]) => ({
    labels: labelsOfSeries(metric, key),
    value,
  }));
}

/** Merges tallies of different metrics. */
export function together(...tallies: readonly Tally[]): Tally {
  return {
    counters: Object.assign({}, ...tallies.map(({ counters }) => counters)) as Tally["counters"],
    histograms: Object.assign({}, ...tallies.map(({ histograms }) => histograms)) as Tally["histograms"],
  };
}

/** The shape of a tally in a state file. */
export const tallySchema: z.ZodType<Tally> = z.object({
  counters: z.record(z.string(), z.record(z.string(), z.number())),
  histograms: z.record(z.string(), z.record(z.string(), z.object({ buckets: z.array(z.number()), sum: z.number() }))),
});
