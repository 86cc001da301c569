import { timeTicks } from "../axis";
import type { EvaluatedPanel } from "../evaluate";
import { clock, escape, toneOf } from "../format";
import type { Series, Window } from "../prometheus";
import { COLUMN, unbroken } from "./timeseries";

const ROW = 26;
const BAR = 18;
const TIMES = 20;

/** Stretches of time with one value: [from, to, value]. */
export function stretches(points: Series["points"], window: Window): (readonly [number, number, number])[] {
  return unbroken(points, window.step).flatMap((run) => {
    const found: [number, number, number][] = [];
    for (const [time, value] of run) {
      const current = found.at(-1);
      if (current?.[2] === value) current[1] = time + window.step;
      else found.push([time, time + window.step, value]);
    }
    return found;
  });
}

/** One bar for each series, coloured by state; a gap is time without samples. */
export function drawStateTimeline({ panel, series }: EvaluatedPanel, window: Window): string {
  const width = panel.width * COLUMN;
  const left = Math.min(width * 0.4, 20 + 7.2 * Math.max(...series.map(({ name }) => name.length)));
  const height = series.length * ROW + TIMES;
  const x = (time: number): number =>
    left + ((Math.min(time, window.end) - window.start) / (window.end - window.start)) * (width - left - 10);
  const rows = series.map(({ name, points }, index) => {
    const top = index * ROW + (ROW - BAR) / 2;
    const bars = stretches(points, window).map(([from, to, value]) => {
      const text = panel.states?.find((state) => state.value === value)?.text ?? String(value);
      const [start, end] = [x(from), x(to)];
      const room = end - start > text.length * 8 + 8;
      return (
        `<rect class="state ${toneOf(value, panel)}" x="${start.toFixed(1)}" y="${top}" width="${Math.max(1, end - start).toFixed(1)}" height="${BAR}" rx="2"><title>${escape(name)}: ${escape(text)} from ${clock(from)}</title></rect>` +
        (room ? `<text class="on" x="${(start + 6).toFixed(1)}" y="${top + 13}">${escape(text)}</text>` : "")
      );
    });
    return `<text x="0" y="${top + 13}">${escape(name)}</text><rect class="blind" x="${left.toFixed(1)}" y="${top}" width="${(width - left - 10).toFixed(1)}" height="${BAR}" rx="2"/>${bars.join("")}`;
  });
  const times = timeTicks(window.start, window.end, Math.max(3, panel.width / 2.5)).map(
    (time) => `<text x="${x(time).toFixed(1)}" y="${height - 4}" text-anchor="middle">${clock(time)}</text>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(panel.title)}">${rows.join("")}${times.join("")}</svg>`;
}
