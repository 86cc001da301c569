import type { Panel, PanelUnit } from "@ghrunners/monitoring/dashboards/index";

/** Text that is safe between tags and within attributes of HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const round = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

const spans: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
];

/** 0.4 gives `0.4 s`, 90 gives `1.5 min`, 777600 gives `9 d`. */
export function duration(seconds: number): string {
  const [unit, size] = spans.find(([, length]) => Math.abs(seconds) >= length) ?? ["s", 1];
  return `${round(seconds / size, Math.abs(seconds / size) < 10 ? 1 : 0)} ${unit}`;
}

function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(value))) / 10));
  return `${round(value / 1024 ** power, 1)} ${units[power]}`;
}

/** Time of day in UTC, `08:15`. */
export function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 16);
}

/** Date and time in UTC, `2026-01-31 08:15`. */
export function moment(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ");
}

/** A value with its unit, for display. */
export function valueText(value: number, unit: PanelUnit): string {
  switch (unit) {
    case "ratio":
      return `${round(value * 100, 1)} %`;
    case "seconds":
      return duration(value);
    case "bytes":
      return bytes(value);
    case "timestamp":
      return `${moment(value)} UTC`;
    case "count":
    case "state":
      return round(value, 2);
  }
}

export type Tone = "good" | "bad" | "neutral" | "warning" | "critical";

/** How good a panel's value is, by its states or by its thresholds; neutral if it has neither. */
export function toneOf(value: number, { states, thresholds = [] }: Pick<Panel, "states" | "thresholds">): Tone {
  if (states !== undefined) return states.find((state) => state.value === value)?.tone ?? "neutral";
  if (thresholds.length === 0) return "neutral";
  const crossed = thresholds.filter(({ value: line, worse }) => (worse === "above" ? value > line : value < line));
  if (crossed.some(({ tone }) => tone === "critical")) return "critical";
  return crossed.length > 0 ? "warning" : "good";
}
