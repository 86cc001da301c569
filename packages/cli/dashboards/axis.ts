import type { PanelUnit } from "@ghrunners/monitoring/dashboards/index";

/** Round ticks of an axis: about `count` of them, no step smaller than `smallest`, the last tick not below `high`. */
export function niceTicks(low: number, high: number, count: number, smallest = 0): number[] {
  const rough = (high - low) / count || 1;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(smallest, magnitude * ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10));
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The base of an axis, so that its steps are round in its unit: 60 for minutes, 1024 for KiB. */
export function axisBase(unit: PanelUnit, high: number): number {
  if (unit === "seconds") return [86_400, 3600, 60].find((span) => high >= 2 * span) ?? 1;
  if (unit === "bytes") return 1024 ** Math.floor(Math.log2(Math.max(1, high)) / 10);
  return 1;
}
