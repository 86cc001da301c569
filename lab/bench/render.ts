/**
 * The report as a text for people. Pure.
 */
import { textTable } from "@ghrunners/core/text-table";
import type { Comparison, Measure, BenchReport } from "./report";
import type { Summary } from "./stats";

/** Names to the left, numbers to the right. */
const table = (rows: readonly (readonly string[])[]): string => textTable(rows, 1).join("\n");

const number = (value: number, digits: number): string => value.toFixed(digits);
const title = ({ measure, size }: { measure: string; size?: number }): string =>
  size === undefined ? measure : `${measure} x${size}`;

function bar({ bar: limit }: Measure): string {
  if (limit === undefined) return "";
  return `${limit.met ? "met" : "MISSED"} (< ${limit.seconds})`;
}

function cpu({ cpuSeconds }: Measure): string {
  return Object.entries(cpuSeconds ?? {})
    .filter(([, seconds]) => seconds >= 0.1)
    .slice(0, 4)
    .map(([program, seconds]) => `${program} ${number(seconds, 1)}`)
    .join(", ");
}

const times = ({ min, median, max }: Summary): string[] =>
  // Hundredths of a second say nothing about an exporter's answer.
  [min, median, max].map((value) => number(value, median < 0.1 ? 4 : 2));

const requests = ({ requestsPerHour }: Measure): string =>
  requestsPerHour === undefined ? "" : number(requestsPerHour.median, 0);

const orNothing = (value: number | undefined, digits: number, unit = ""): string =>
  value === undefined ? "" : `${number(value, digits)}${unit}`;

function measureRow(entry: Measure): string[] {
  const memory = entry.peakMemoryMiB === undefined ? "" : number(entry.peakMemoryMiB.median, 0);
  return [
    title(entry),
    entry.subject,
    ...times(entry.summary),
    orNothing(entry.p95, 2),
    String(entry.runs.length),
    orNothing(entry.wholeShare === undefined ? undefined : 100 * entry.wholeShare, 1, " %"),
    bar(entry),
    memory,
    requests(entry),
    cpu(entry),
  ];
}

const comparisonRow = (entry: Comparison): string[] => [
  title(entry),
  `${entry.subject} / ${entry.peer}`,
  ...times(entry.ratios),
];

export function renderReport(report: BenchReport): string {
  const { machine } = report;
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, ${number(machine.memoryMiB / 1024, 1)} GiB, ${machine.platform} ${machine.kernel}`,
    Object.entries(report.versions)
      .map(([program, version]) => `${program} ${version}`)
      .join(", "),
  ];
  if (report.measures.length > 0) {
    const head = [
      "measure (s)",
      "subject",
      "min",
      "median",
      "max",
      "p95",
      "runs",
      "whole",
      "bar",
      "MiB",
      "requests/h",
      "CPU (s)",
    ];
    parts.push("", table([head, ...report.measures.map(measureRow)]));
  }
  if (report.comparisons.length > 0) {
    const head = ["ratio, round by round", "of", "min", "median", "max"];
    parts.push("", table([head, ...report.comparisons.map(comparisonRow)]));
  }
  if (report.growth.length > 0) {
    const rows = report.growth.map((entry) => [
      entry.measure,
      entry.subject,
      `${entry.from} to ${entry.to}`,
      `x${number(entry.sizeRatio, 0)}`,
      `x${number(entry.timeRatio, 1)}`,
    ]);
    parts.push("", table([["growth", "subject", "from", "size", "time"], ...rows]));
  }
  for (const { measure, reason } of report.omitted) parts.push("", `${measure} was left out: ${reason}`);
  return `${parts.join("\n")}\n`;
}
