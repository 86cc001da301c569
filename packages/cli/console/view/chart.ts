/** What a chart needs besides its pixels: aligned values, round axes, the newest values in words. Pure. */
import { axisBase, niceTicks } from "../../dashboards/axis";
import { toneOf, valueText } from "../../dashboards/format";
import type { Window } from "../../dashboards/prometheus";
import type { PanelData } from "../panels";

type PanelSeries = PanelData["series"][number];

export const newest = ({ points }: PanelSeries): number => points.at(-1)?.[1] ?? NaN;

/** The newest value as the panel says it: a state's word, or the number with its unit. */
export function newestText(panel: PanelData, series: PanelSeries): string {
  const value = newest(series);
  return panel.states.find((state) => state.value === value)?.text ?? valueText(value, panel.unit);
}

/** How good a value is, by the panel's states or thresholds. */
export const toneIn = (panel: PanelData, value: number): ReturnType<typeof toneOf> =>
  toneOf(value, {
    states: panel.states.length === 0 ? undefined : panel.states,
    thresholds: panel.thresholds,
  });

/** Times of the window, and each series' value at each: null where it has no sample, so that no line crosses a gap. */
export function aligned(
  { series }: Pick<PanelData, "series">,
  { start, end, step }: Window,
): { readonly times: number[]; readonly values: (number | null)[][] } {
  const count = Math.floor((end - start) / step) + 1;
  const times = Array.from({ length: count }, (_, index) => start + index * step);
  const values = series.map(({ points }) => {
    const row: (number | null)[] = times.map(() => null);
    for (const [time, value] of points) {
      const index = Math.round((time - start) / step);
      if (index >= 0 && index < count) row[index] = value;
    }
    return row;
  });
  return { times, values };
}

/** Runs of samples without a gap: a state is not known in time without samples. */
function unbroken(points: PanelSeries["points"], step: number): PanelSeries["points"][] {
  const runs: (readonly [number, number])[][] = [];
  let previous = -Infinity;
  for (const point of points) {
    if (point[0] - previous > step * 1.5) runs.push([]);
    runs.at(-1)?.push(point);
    previous = point[0];
  }
  return runs;
}

/** Stretches of time with one value: [from, to, value]. */
export function stretches(points: PanelSeries["points"], { step }: Window): (readonly [number, number, number])[] {
  return unbroken(points, step).flatMap((run) => {
    const found: [number, number, number][] = [];
    for (const [time, value] of run) {
      const current = found.at(-1);
      if (current?.[2] === value) current[1] = time + step;
      else found.push([time, time + step, value]);
    }
    return found;
  });
}

/** Round ticks of the value axis: they cover all values, zero, and each threshold that the values come near. */
export function valueTicks(panel: Pick<PanelData, "series" | "unit" | "thresholds">): number[] {
  const values = panel.series.flatMap(({ points }) => points.map(([, value]) => value));
  const highest = Math.max(0, ...values);
  const top = Math.max(highest, ...nearThresholds(panel).map(({ value }) => value), panel.unit === "ratio" ? 1 : 0);
  const base = axisBase(panel.unit, top);
  const lowest = Math.min(0, ...values);
  const smallest = panel.unit === "count" ? 1 : 0;
  return niceTicks(lowest / base, (top || 1) / base, 4, smallest).map((tick) => tick * base);
}

/** Thresholds worth a line: a distant one would flatten the values. */
export function nearThresholds({
  series,
  unit,
  thresholds,
}: Pick<PanelData, "series" | "unit" | "thresholds">): PanelData["thresholds"] {
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.map(([, value]) => value)));
  return thresholds.filter(({ value }) => value <= highest * 4 || unit === "ratio");
}
