/** Charts over time, drawn by uPlot. */
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clock, moment, valueText } from "../../dashboards/format";
import type { DashboardData, PanelData } from "../panels";
import { aligned, nearThresholds, stretches, toneIn, valueTicks } from "../view/chart";
import { THEME_CHANGED } from "./theme";

/** Number of colours that the style has for lines. */
export const LINE_COLOURS = 8;

interface Drawn {
  readonly panel: PanelData;
  readonly data: Pick<DashboardData, "window" | "marks">;
}

/** A colour of the style as a canvas takes it. */
function colour(place: Element, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  place.append(probe);
  const seen = getComputedStyle(probe).color;
  probe.remove();
  return seen;
}

const utc = (time: number): Date => uPlot.tzDate(new Date(time * 1000), "Etc/UTC");

/** The look of both axes. */
function axisOf(place: Element): uPlot.Axis {
  const grid = { stroke: colour(place, "grid"), width: 1 };
  return { stroke: colour(place, "quiet"), font: "12px system-ui, sans-serif", grid, ticks: { show: false } };
}

const TIMES = 30;
const TWO_DAYS = 172_800;

/** The axis of time: `08:15`, or the day where the window is longer than two. */
function timeAxis(place: Element, { start, end }: DashboardData["window"]): uPlot.Axis {
  const text = (time: number): string => (end - start > TWO_DAYS ? moment(time).slice(5, 10) : clock(time));
  return { ...axisOf(place), size: TIMES, values: (_, times) => times.map(text) };
}

/** Dashed lines across the chart: deployments upright, thresholds level. */
function drawLines(u: uPlot, place: Element, { panel, data }: Drawn): void {
  const { ctx, bbox } = u;
  const line = (stroke: string, from: readonly [number, number], to: readonly [number, number]): void => {
    ctx.strokeStyle = stroke;
    ctx.beginPath();
    ctx.moveTo(...(from as [number, number]));
    ctx.lineTo(...(to as [number, number]));
    ctx.stroke();
  };
  ctx.save();
  ctx.setLineDash([6, 4]);
  for (const { time, good } of data.marks) {
    const x = u.valToPos(time, "x", true);
    line(colour(place, good ? "good" : "bad"), [x, bbox.top], [x, bbox.top + bbox.height]);
  }
  for (const { value, tone } of nearThresholds(panel)) {
    const y = u.valToPos(value, "y", true);
    line(colour(place, tone === "critical" ? "bad" : "warning"), [bbox.left, y], [bbox.left + bbox.width, y]);
  }
  ctx.restore();
}

/** One bar for each series, coloured by state; a gap is time without samples. */
function drawStates(u: uPlot, place: Element, { panel, data }: Drawn): void {
  const { ctx, bbox } = u;
  const row = bbox.height / panel.series.length;
  const tones = { good: "good", bad: "bad", critical: "bad", warning: "warning", neutral: "neutral" } as const;
  ctx.save();
  panel.series.forEach(({ points }, index) => {
    const top = bbox.top + index * row + row * 0.15;
    ctx.fillStyle = colour(place, "blind");
    ctx.fillRect(bbox.left, top, bbox.width, row * 0.7);
    for (const [from, to, value] of stretches(points, data.window)) {
      const start = u.valToPos(from, "x", true);
      const end = u.valToPos(Math.min(to, data.window.end), "x", true);
      ctx.fillStyle = colour(place, tones[toneIn(panel, value)]);
      ctx.fillRect(start, top, Math.max(1, end - start), row * 0.7);
    }
  });
  ctx.restore();
}

function lines(place: Element, drawn: Drawn, width: number): uPlot {
  const { panel, data } = drawn;
  const ticks = valueTicks(panel);
  const { times, values } = aligned(panel, data.window);
  return new uPlot(
    {
      ...{ width, height: 190, tzDate: utc, legend: { show: false }, cursor: { y: false, drag: { x: false } } },
      scales: {
        x: { range: () => [data.window.start, data.window.end] },
        y: { range: () => [ticks[0] ?? 0, ticks.at(-1) ?? 1] },
      },
      axes: [
        timeAxis(place, data.window),
        {
          ...axisOf(place),
          size: 72,
          splits: () => ticks,
          values: (_, all) => all.map((value) => valueText(value, panel.unit)),
        },
      ],
      series: [
        {},
        ...panel.series.map((_, index) => ({
          stroke: colour(place, `s${index % LINE_COLOURS}`),
          width: 2,
          points: { show: (_u: uPlot, at: number) => values[at - 1]?.filter((value) => value !== null).length === 1 },
        })),
      ],
      hooks: { draw: [(u) => drawLines(u, place, drawn)] },
    },
    [times, ...values],
    place as HTMLElement,
  );
}

function states(place: Element, drawn: Drawn, width: number): uPlot {
  const { panel, data } = drawn;
  const rows = panel.series.length;
  const widest = Math.max(...panel.series.map(({ name }) => name.length));
  return new uPlot(
    {
      ...{ width, height: rows * 26 + TIMES + 20, tzDate: utc, legend: { show: false }, cursor: { show: false } },
      scales: { x: { range: () => [data.window.start, data.window.end] }, y: { range: () => [0, rows] } },
      axes: [
        timeAxis(place, data.window),
        {
          ...axisOf(place),
          grid: { show: false },
          size: Math.min(width / 2, 20 + 7.2 * widest),
          splits: () => panel.series.map((_, index) => rows - index - 0.5),
          values: () => panel.series.map(({ name }) => name),
        },
      ],
      series: [{}, { show: false }],
      hooks: { draw: [(u) => drawStates(u, place, drawn)] },
    },
    [
      [data.window.start, data.window.end],
      [null, null],
    ],
    place as HTMLElement,
  );
}

function spark(place: Element, { panel, data }: Drawn, width: number): uPlot {
  const { times, values } = aligned({ series: panel.series.slice(0, 1) }, data.window);
  return new uPlot(
    {
      ...{ width, height: 36, legend: { show: false }, cursor: { show: false } },
      axes: [{ show: false }, { show: false }],
      series: [{}, { stroke: colour(place, "quiet"), width: 2, points: { show: false } }],
    },
    [times, values[0] ?? []],
    place as HTMLElement,
  );
}

const drawings = { timeseries: lines, stateTimeline: states, stat: spark } as const;

/** @param label text for readers who do not see the chart */
export function Chart(props: Drawn & { readonly kind: keyof typeof drawings; readonly label: string }) {
  const { panel, data, kind, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const changed = (): void => setTheme((count) => count + 1);
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    window.addEventListener(THEME_CHANGED, changed);
    system.addEventListener("change", changed);
    return () => {
      window.removeEventListener(THEME_CHANGED, changed);
      system.removeEventListener("change", changed);
    };
  }, []);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = drawings[kind](element, { panel, data }, Math.max(120, element.clientWidth));
    const observer = new ResizeObserver(() => {
      if (element.clientWidth >= 120 && element.clientWidth !== chart.width)
        chart.setSize({ width: element.clientWidth, height: chart.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [panel, data, kind, theme]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}
