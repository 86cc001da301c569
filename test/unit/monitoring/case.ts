import { foreignMetrics } from "@ghrunners/monitoring/metrics/foreign";
import { metrics } from "@ghrunners/monitoring/all-metrics";
import type { AlertName } from "@ghrunners/monitoring/runbooks";
import { settings } from "./settings";

export type Labels = Readonly<Record<string, string>>;

/** A series of recorded samples in promtool's notation: `0x5 1x5` is six times 0, then six times 1. */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** What a rule must do: fire on some samples and no longer once they are over, and keep still on others. */
export interface RuleCase {
  readonly alert: AlertName;
  /** Labels that tell apart rules of one name: severity, reason. */
  readonly rule?: Labels;
  /** Time between two samples; default one minute. */
  readonly interval?: string;
  readonly fires: readonly InputSeries[];
  readonly at: string;
  /** Labels of the alert that come from the series. */
  readonly labels: Labels;
  /** The whole description, with the value in it. */
  readonly says: string;
  /** When, on the same samples, nothing of this name fires any more; an alert that always fires has no end. */
  readonly ends?: string;
  /** Samples on which nothing of this name may fire at the same time; an alert that always fires has none. */
  readonly quiet?: readonly InputSeries[];
}

export const alpha: Labels = { runner: "alpha", role: "primary" };
export const beta: Labels = { runner: "beta", role: "secondary" };
/** The delivery runner. */
export const gamma: Labels = { runner: "gamma", role: "delivery" };
export const app: Labels = { target: "app" };

const named = { ...metrics, ...foreignMetrics };

/** One series of a catalogue metric in the test's environment, with a label of a target that rules must not keep. */
export function sample(
  metric: keyof typeof named,
  labels: Labels,
  values: string,
  suffix: "" | "_bucket" | "_count" | "_sum" = "",
): InputSeries {
  const all = { environment: settings.environment, instance: "host:1", ...labels };
  const text = Object.entries(all).map(([key, value]) => `${key}="${value}"`);
  return { series: `${named[metric].name}${suffix}{${text.join(",")}}`, values };
}

/** A histogram whose observations all fall below one of its bounds. */
export function histogram(
  metric: "deploymentDuration" | "deploymentDiagnosis",
  labels: Labels,
  below: number,
  values: string,
): InputSeries[] {
  const bounds = [...(metrics[metric].buckets satisfies readonly number[])];
  return [
    ...bounds.map((le) => sample(metric, { ...labels, le: String(le) }, le < below ? "0x2000" : values, "_bucket")),
    sample(metric, { ...labels, le: "+Inf" }, values, "_bucket"),
    sample(metric, labels, values, "_count"),
  ];
}
