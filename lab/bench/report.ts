/**
 * What a benchmark found, in the shape of docs/reference/schemas/bench.json. Pure: from single samples to the report.
 */
import type { Described } from "@ghrunners/core/schema";
import type {
  comparisonSchema,
  growthSchema,
  machineSchema,
  measureSchema,
  omissionSchema,
  reportSchema,
} from "./report-schema";
import { percentile, rounded, roundedSummary, summarise } from "./stats";

/** Version of the report's shape; it changes when a reader would have to. */
export const REPORT_VERSION = 1;

/** What is measured against what. */
export const subjects = ["ghrunners", "opentofu+ansible", "opentofu", "plain script"] as const;
export type BenchSubject = (typeof subjects)[number];
/** The subject whose peers the others are. */
const OWN: BenchSubject = "ghrunners";

/** One timed run of one thing. */
export interface BenchSample {
  /** Such as `runners/no-op`. */
  readonly measure: string;
  readonly subject: BenchSubject;
  /** Which round of the benchmark it belongs to, from 1: samples of one round are compared with each other. */
  readonly round: number;
  /** Wall time, s. */
  readonly seconds: number;
  /** Most memory that the process tree held at one moment (sum of resident sets), MiB. */
  readonly peakMemoryMiB?: number;
  /** Requests that count against a service's hourly limit. */
  readonly requestsPerHour?: number;
  /** Processor time by program name, s. Short-lived programs may be missing. */
  readonly cpuSeconds?: Readonly<Record<string, number>>;
  /** How many of the things measured, where that is varied. */
  readonly size?: number;
  /** Whether it ended in wholly the old or wholly the new version, where that is in question. */
  readonly whole?: boolean;
}

/** An upper limit that a median has to stay below. */
export interface UpperLimit {
  readonly measure: string;
  readonly seconds: number;
}

export type Machine = Described<typeof machineSchema>;

/** Something that was asked for and not measured. */
export type Omission = Described<typeof omissionSchema>;

export type Measure = Described<typeof measureSchema>;

export type Comparison = Described<typeof comparisonSchema>;

export type Growth = Described<typeof growthSchema>;

export type BenchReport = Described<typeof reportSchema>;

export interface BenchMeasurements {
  readonly startedAt: Date;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly samples: readonly BenchSample[];
  readonly bars: readonly UpperLimit[];
  readonly omitted: readonly Omission[];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

const sizeOf = ({ size }: { size?: number }): { size?: number } => (size === undefined ? {} : { size });

/** Median over the runs, program by program, the largest first; a program that a run lacks counts as 0 there. */
function cpuOf(samples: readonly BenchSample[]): Record<string, number> | undefined {
  const records = samples.flatMap(({ cpuSeconds }) => (cpuSeconds === undefined ? [] : [cpuSeconds]));
  if (records.length === 0) return undefined;
  const programs = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const entries = programs.map((program): [string, number] => [
    program,
    rounded(summarise(records.map((record) => record[program] ?? 0)).median),
  ]);
  return Object.fromEntries(entries.filter(([, seconds]) => seconds > 0).sort(([, a], [, b]) => b - a));
}

function measureOf(samples: readonly [BenchSample, ...BenchSample[]], bars: readonly UpperLimit[]): Measure {
  const { measure, subject } = samples[0];
  const seconds = samples.map((sample) => sample.seconds);
  const bar = subject === OWN ? bars.find((candidate) => candidate.measure === measure) : undefined;
  const memory = samples.flatMap(({ peakMemoryMiB }) => peakMemoryMiB ?? []);
  const requests = samples.flatMap(({ requestsPerHour }) => requestsPerHour ?? []);
  const cpuSeconds = cpuOf(samples);
  const whole = samples.flatMap((sample) => sample.whole ?? []);
  const summary = roundedSummary(seconds);
  return {
    measure,
    subject,
    ...sizeOf(samples[0]),
    unit: "s",
    runs: seconds.map(rounded),
    summary,
    ...(bar === undefined ? {} : { bar: { seconds: bar.seconds, met: summary.median < bar.seconds } }),
    ...(memory.length === 0 ? {} : { peakMemoryMiB: roundedSummary(memory) }),
    ...(requests.length === 0 ? {} : { requestsPerHour: roundedSummary(requests) }),
    ...(cpuSeconds === undefined ? {} : { cpuSeconds }),
    ...(seconds.length < 20 ? {} : { p95: rounded(percentile(seconds, 95)) }),
    ...(whole.length === 0 ? {} : { wholeShare: rounded(whole.filter(Boolean).length / whole.length) }),
  };
}

function comparisonsOf(samples: readonly BenchSample[]): Comparison[] {
  return groupBy(samples, ({ measure, size }) => `${measure} ${size}`).flatMap((group) => {
    const own = group.filter(({ subject }) => subject === OWN);
    const peers = groupBy(
      group.filter(({ subject }) => subject !== OWN),
      ({ subject }) => subject,
    );
    return peers.flatMap((theirs) => {
      const ratios = own.flatMap((mine) => {
        const peer = theirs.find(({ round }) => round === mine.round);
        return peer === undefined ? [] : [mine.seconds / peer.seconds];
      });
      const [first] = theirs;
      if (first === undefined || ratios.length === 0) return [];
      const { measure, subject: peer } = first;
      return [{ measure, ...sizeOf(first), subject: OWN, peer, ratios: roundedSummary(ratios) }];
    });
  });
}

function growthOf(measures: readonly Measure[]): Growth[] {
  const sized = measures.flatMap((entry) => (entry.size === undefined ? [] : [{ ...entry, size: entry.size }]));
  return groupBy(sized, ({ measure, subject }) => `${measure} ${subject}`).flatMap((group) => {
    const ordered = [...group].sort((a, b) => a.size - b.size);
    return ordered.slice(1).flatMap((larger, index) => {
      const smaller = ordered[index];
      if (smaller === undefined) return [];
      return [
        {
          measure: larger.measure,
          subject: larger.subject,
          from: smaller.size,
          to: larger.size,
          sizeRatio: rounded(larger.size / smaller.size),
          timeRatio: rounded(larger.summary.median / smaller.summary.median),
        },
      ];
    });
  });
}

export function buildReport(findings: BenchMeasurements): BenchReport {
  const measures = groupBy(findings.samples, ({ measure, subject, size }) => `${measure} ${subject} ${size}`).map(
    (group) => measureOf(group as [BenchSample, ...BenchSample[]], findings.bars),
  );
  return {
    version: REPORT_VERSION,
    startedAt: findings.startedAt.toISOString(),
    machine: findings.machine,
    versions: findings.versions,
    measures,
    comparisons: comparisonsOf(findings.samples),
    growth: growthOf(measures),
    omitted: findings.omitted,
  };
}
