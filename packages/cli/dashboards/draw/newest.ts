import type { EvaluatedPanel } from "../evaluate";
import { escape, toneOf, valueText } from "../format";
import type { Series } from "../prometheus";

const newest = ({ points }: Series): number => points.at(-1)?.[1] ?? NaN;

/** One big number, with a line of its recent values below it. */
export function drawStat({ panel, series }: EvaluatedPanel): string {
  const [first] = series;
  if (first === undefined) return "";
  const value = newest(first);
  const text = panel.states?.find((state) => state.value === value)?.text ?? valueText(value, panel.unit);
  const values = first.points.map(([, number]) => number);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const path = values
    .map((number, index) => {
      const x = ((index / Math.max(1, values.length - 1)) * 200).toFixed(1);
      const y = (34 - ((number - low) / (high - low || 1)) * 28).toFixed(1);
      return `${index === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
  const spark = `<svg class="spark" viewBox="0 0 200 40" preserveAspectRatio="none" aria-hidden="true"><path class="line" d="${path}"/></svg>`;
  return `<p class="stat ${toneOf(value, panel)}">${escape(text)}</p>${values.length > 1 ? spark : ""}`;
}

/** A row for each series; the columns are the labels that the legend names, and the value if it is meaningful. */
export function drawTable({ panel, series }: EvaluatedPanel): string {
  const named = [
    ...new Set(
      panel.queries.flatMap(({ legend }) => [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? "")),
    ),
  ];
  const columns = named.filter((label) => series.some(({ labels }) => labels[label] !== undefined));
  const withValue = series.some((one) => newest(one) !== 1);
  const head = [...columns, ...(withValue ? [panel.unit === "timestamp" ? "when" : "value"] : [])];
  const rows = series.map((one) => {
    const cells = columns.map((label) => {
      const text = one.labels[label] ?? "";
      return `<td${label === "severity" ? ` class="severity ${escape(text)}"` : ""}>${escape(text)}</td>`;
    });
    return `<tr>${cells.join("")}${withValue ? `<td class="number">${valueText(newest(one), panel.unit)}</td>` : ""}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head.map((label) => `<th>${escape(label)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** A bar for each series, all on one scale. */
export function drawBarGauge({ panel, series }: EvaluatedPanel): string {
  const longest = Math.max(...series.map(newest), 0) || 1;
  const bars = series.map((one) => {
    const value = newest(one);
    const share = Math.max(0, Math.min(1, value / longest)) * 100;
    return `<li><span>${escape(one.name)}</span><div class="track"><div class="fill ${toneOf(value, panel)}" style="width:${share.toFixed(1)}%"></div></div><b>${valueText(value, panel.unit)}</b></li>`;
  });
  return `<ul class="bars">${bars.join("")}</ul>`;
}
