/**
 * What a benchmark found, in the shape of report.schema.json. Pure: from single samples to the report.
 */
import { percentile, rounded, roundedSummary, summarise, type Summary } from "./stats";

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
export interface Bar {
  readonly measure: string;
  readonly seconds: number;
}

export interface Machine {
  readonly platform: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
}

/** Something that was asked for and not measured. */
export interface Omission {
  readonly measure: string;
  readonly reason: string;
}

export interface Measure {
  readonly measure: string;
  readonly subject: BenchSubject;
  readonly size?: number;
  readonly unit: "s";
  readonly runs: readonly number[];
  readonly summary: Summary;
  readonly bar?: { readonly seconds: number; readonly met: boolean };
  readonly peakMemoryMiB?: Summary;
  readonly requestsPerHour?: Summary;
  readonly cpuSeconds?: Readonly<Record<string, number>>;
  /** 95 of 100 runs took no longer; of 20 runs or more. */
  readonly p95?: number;
  /** Share of the runs that ended in wholly the old or wholly the new version: 1 is all of them. */
  readonly wholeShare?: number;
}

export interface Comparison {
  readonly measure: string;
  readonly size?: number;
  readonly subject: BenchSubject;
  readonly peer: BenchSubject;
  /** Time of the subject divided by the peer's, each within one round: below 1 the subject is faster. */
  readonly ratios: Summary;
}

export interface Growth {
  readonly measure: string;
  readonly subject: BenchSubject;
  readonly from: number;
  readonly to: number;
  /** How many times more things. */
  readonly sizeRatio: number;
  /** How many times more time, by medians. */
  readonly timeRatio: number;
}

export interface Report {
  readonly version: typeof REPORT_VERSION;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly machine: Machine;
  /** Version by program. */
  readonly versions: Readonly<Record<string, string>>;
  readonly measures: readonly Measure[];
  readonly comparisons: readonly Comparison[];
  readonly growth: readonly Growth[];
  readonly omitted: readonly Omission[];
}

export interface Findings {
  readonly startedAt: Date;
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly samples: readonly BenchSample[];
  readonly bars: readonly Bar[];
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

function measureOf(samples: readonly [BenchSample, ...BenchSample[]], bars: readonly Bar[]): Measure {
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

export function buildReport(findings: Findings): Report {
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
