/**
 * A panel over time as SVG. Why not uPlot, which the console uses: the file of `ghrunners dashboards render` must be
 * readable without a script.
 */
import { axisBase, niceTicks, timeTicks } from "../axis";
import type { EvaluatedPanel, Mark } from "../evaluate";
import { clock, escape, valueText } from "../format";
import type { Series, Window } from "../prometheus";

/** Pixels of one of the 24 columns in the drawing's own coordinates. */
export const COLUMN = 54;
const HEIGHT = 190;
const LEFT = 62;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 22;

/** Number of colours that the page's style has for series. */
export const SERIES_COLOURS = 8;

/** Runs of samples without a gap: no line may be drawn across time without samples. */
export function unbroken(points: Series["points"], step: number): Series["points"][] {
  const runs: (readonly [number, number])[][] = [];
  let previous = -Infinity;
  for (const point of points) {
    if (point[0] - previous > step * 1.5) runs.push([]);
    runs.at(-1)?.push(point);
    previous = point[0];
  }
  return runs;
}

const last = (points: Series["points"]): number => points.at(-1)?.[1] ?? NaN;

function legend({ panel, series }: EvaluatedPanel): string {
  const items = series.map(
    ({ name, points }, index) =>
      `<li><i class="s${index % SERIES_COLOURS}"></i>${escape(name)} <b>${valueText(last(points), panel.unit)}</b></li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

/** Lines over time with round axes, the thresholds as dashed lines and deployments as marks. */
export function drawTimeseries(evaluated: EvaluatedPanel, window: Window, marks: readonly Mark[]): string {
  const { panel, series } = evaluated;
  const width = panel.width * COLUMN;
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const highest = Math.max(...values);
  // A distant threshold would flatten the lines; it is drawn only if the values come near it.
  const lines = (panel.thresholds ?? []).filter(({ value }) => value <= highest * 4 || panel.unit === "ratio");
  const top = Math.max(highest, ...lines.map(({ value }) => value), panel.unit === "ratio" ? 1 : 0);
  const base = axisBase(panel.unit, top);
  const lowest = Math.min(0, ...values);
  const smallest = panel.unit === "count" ? 1 : 0;
  const ticks = niceTicks(lowest / base, (top || 1) / base, 4, smallest).map((tick) => tick * base);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const x = (time: number): string =>
    (LEFT + ((time - window.start) / (window.end - window.start)) * (width - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (TOP + (1 - (value - low) / (high - low)) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text x="${LEFT - 8}" y="${y(tick)}" dy="4" text-anchor="end">${valueText(tick, panel.unit)}</text>`,
  );
  const times = timeTicks(window.start, window.end, Math.max(3, panel.width / 2)).map(
    (time) => `<text x="${x(time)}" y="${HEIGHT - 5}" text-anchor="middle">${clock(time)}</text>`,
  );
  const limits = lines.map(
    ({ value, tone }) =>
      `<line class="limit ${tone}" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>`,
  );
  const deployments = marks.map(
    ({ time, good }) =>
      `<line class="mark ${good ? "good" : "bad"}" x1="${x(time)}" x2="${x(time)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>deployment ${good ? "succeeded" : "failed"} ${clock(time)} UTC</title></line>`,
  );
  const paths = series.flatMap(({ points, name }, index) =>
    unbroken(points, window.step).map((run) => {
      const colour = `s${index % SERIES_COLOURS}`;
      const [first] = run;
      if (run.length === 1 && first)
        return `<circle class="${colour}" cx="${x(first[0])}" cy="${y(first[1])}" r="2.5"/>`;
      const path = run.map(([time, value], at) => `${at === 0 ? "M" : "L"}${x(time)} ${y(value)}`).join("");
      return `<path class="line ${colour}" d="${path}"><title>${escape(name)}</title></path>`;
    }),
  );
  const parts = [...grid, ...times, ...deployments, ...limits, ...paths].join("");
  return `<svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${escape(panel.title)}">${parts}</svg>${legend(evaluated)}`;
}
