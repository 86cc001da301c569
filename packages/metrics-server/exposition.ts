/**
 * Prometheus' text format by prom-client; names, help and labels come only from the catalogue.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type Metric, type MetricKey, metrics, type MetricSource } from "@ghrunners/monitoring/all-metrics";
import type { CounterKey, HistogramKey, Sample } from "./samples";
import { bucketsOf, counterSeries, emptyTally, histogramSeries, type Tally } from "./tally";

/** What is exposed at one moment. */
export interface Exposed {
  readonly samples: readonly Sample[];
  readonly tally: Tally;
}

/** A histogram whose totals come from outside: prom-client's own cannot continue after a restart. */
class StoredHistogram extends Histogram {
  private tally = emptyTally;

  constructor(
    private readonly key: HistogramKey,
    private readonly about: Metric,
    registry: Registry,
  ) {
    super({
      name: about.name,
      help: about.help,
      labelNames: about.labels,
      buckets: [...bucketsOf(key)],
      registers: [registry],
    });
  }

  take(tally: Tally): void {
    this.tally = tally;
  }

  /** Called by prom-client's registry, instead of `get`, when it writes text. */
  async getForPromString(): Promise<object> {
    const bounds = bucketsOf(this.key);
    const values = histogramSeries(this.tally, this.key).flatMap(({ labels, cumulated, count, sum }) => [
      ...bounds.map((le, index) => this.line("bucket", { ...labels, le }, cumulated[index] ?? 0)),
      this.line("bucket", { ...labels, le: "+Inf" }, count),
      this.line("sum", labels, sum),
      this.line("count", labels, count),
    ]);
    const { name, help, type } = this.about;
    return { name, help, type, values, aggregator: "sum" };
  }

  private line(
    part: "bucket" | "sum" | "count",
    labels: Record<string, string | number>,
    value: number,
  ): { metricName: string; labels: Record<string, string | number>; value: number } {
    return { metricName: `${this.about.name}_${part}`, labels, value };
  }
}

/** All metrics of one source, and their text. */
export class Exposition {
  private readonly registry = new Registry();
  private readonly gauges = new Map<MetricKey, Gauge>();
  private readonly counters = new Map<CounterKey, Counter>();
  private readonly histograms: StoredHistogram[] = [];

  constructor(source: MetricSource) {
    for (const [key, metric] of Object.entries(metrics) as [MetricKey, Metric][]) {
      if (metric.source !== source) continue;
      const settings = {
        name: metric.name,
        help: metric.help,
        labelNames: metric.labels,
        registers: [this.registry],
      };
      if (metric.type === "gauge") this.gauges.set(key, new Gauge(settings));
      else if (metric.type === "counter") this.counters.set(key as CounterKey, new Counter(settings));
      else this.histograms.push(new StoredHistogram(key as HistogramKey, metric, this.registry));
    }
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  /** @throws Error for a sample that is not a metric of this source, or whose labels differ from the catalogue's */
  async text({ samples, tally }: Exposed): Promise<string> {
    for (const [key, gauge] of this.gauges) clear(key, gauge);
    for (const { metric, labels, value } of samples) {
      const gauge = this.gauges.get(metric);
      if (gauge === undefined) throw new Error(`${metric} is no gauge of this exporter.`);
      gauge.set(labels, value);
    }
    for (const [key, counter] of this.counters) {
      clear(key, counter);
      for (const { labels, value } of counterSeries(tally, key)) counter.inc(labels, value);
    }
    for (const histogram of this.histograms) histogram.take(tally);
    return this.registry.metrics();
  }
}

/** prom-client sets a metric without labels to 0 at once, but an unknown value must be absent. */
function clear(key: MetricKey, metric: Gauge | Counter): void {
  metric.reset();
  if (metrics[key].labels.length === 0) metric.remove();
}
