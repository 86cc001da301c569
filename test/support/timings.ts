/** Where the time of a layer goes. Pure. */

/** A test or hook that ran. */
export interface FileTiming {
  /** Test file, relative to the project. */
  readonly file: string;
  readonly title: string;
  readonly milliseconds: number;
}

/** Shorter ones are not worth a line. */
const WORTH_MS = 5_000;
const LINES = 12;

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`.padStart(9);
const longestFirst = (a: FileTiming, b: FileTiming): number => b.milliseconds - a.milliseconds;

/** What tests and hooks of each file took together. */
export function byFile(timings: readonly FileTiming[]): FileTiming[] {
  const sums = new Map<string, number>();
  for (const { file, milliseconds } of timings) sums.set(file, (sums.get(file) ?? 0) + milliseconds);
  return [...sums].map(([file, milliseconds]) => ({ file, title: file, milliseconds }));
}

/** Lines for the end of a layer: the slowest files, then the slowest tests and hooks; none when all were quick. */
export function slowest(timings: readonly FileTiming[]): string[] {
  const lines = (all: readonly FileTiming[]): string[] =>
    all
      .filter(({ milliseconds }) => milliseconds >= WORTH_MS)
      .sort(longestFirst)
      .slice(0, LINES)
      .map(({ title, milliseconds }) => `  ${seconds(milliseconds)}  ${title}`);
  const files = lines(byFile(timings));
  return files.length === 0 ? [] : ["  slowest files", ...files, "  slowest tests and hooks", ...lines(timings)];
}
