import type { UpperLimit, BenchSample, BenchSubject } from "./report";
import type { CommandTiming } from "./timed";

/** What a scenario works with. */
export interface Bench {
  /** How often everything is measured; in every round subject and peer take turns. */
  readonly rounds: number;
  /** Numbers of VMs for the scenario that varies them. */
  readonly sizes: readonly number[];
  /** Deployments with a fault at a random moment. */
  readonly faults: number;
  /** What the random moments and faults are made from: the same seed makes the same ones. */
  readonly seed: number;
  /** Ends the benchmark: on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly record: (sample: BenchSample) => void;
  readonly omit: (measure: string, reason: string) => void;
  readonly version: (program: string, version: string) => void;
}

/** A group of measures that share what has to be set up for them. */
export interface BenchScenario {
  readonly name: string;
  /** One line for --help. */
  readonly describes: string;
  /** Upper limits of its medians. */
  readonly bars: readonly UpperLimit[];
  /** Leaves nothing behind when it returns or throws. */
  run(bench: Bench): Promise<void>;
}

/** What a sample says beside its timing. */
export interface SampleLabel {
  readonly measure: string;
  readonly subject: BenchSubject;
  readonly round: number;
  readonly size?: number;
}

/** Records a command's timing, or the sum of several that follow each other, and says it. */
export function recordTiming(bench: Bench, label: SampleLabel, ...timings: readonly CommandTiming[]): void {
  const cpuSeconds: Record<string, number> = {};
  for (const timing of timings) {
    for (const [program, seconds] of Object.entries(timing.cpuSeconds)) {
      cpuSeconds[program] = (cpuSeconds[program] ?? 0) + seconds;
    }
  }
  const seconds = timings.reduce((sum, timing) => sum + timing.seconds, 0);
  bench.record({
    ...label,
    seconds,
    peakMemoryMiB: Math.max(...timings.map((timing) => timing.peakMemoryMiB)),
    cpuSeconds,
  });
  const size = label.size === undefined ? "" : ` x${label.size}`;
  bench.say(`  round ${label.round}: ${label.measure}${size}, ${label.subject}: ${seconds.toFixed(2)} s`);
}
