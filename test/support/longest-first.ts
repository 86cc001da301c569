/** Files that take longest begin first: then no lab works alone at the end while the others have nothing left to do. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { baseFolders } from "@ghrunners/lab/instance";
import { byFile, type FileTiming } from "./timings";

/** How long each file took when it ran last, ms. */
export type Durations = Readonly<Record<string, number>>;

/** @returns the longest first; those that never ran before all others, in their own order */
export function longestFirst(files: readonly string[], durations: Durations): string[] {
  const of = (file: string): number => durations[file] ?? Infinity;
  return [...files].sort((a, b) => (of(a) === of(b) ? 0 : of(b) - of(a)));
}

const recordFile = (): string => path.join(baseFolders().cache, "test-durations.json");

/** What earlier runs on this machine took; nothing when there was none, or when its record cannot be read. */
export function readDurations(file = recordFile()): Durations {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Durations;
  } catch {
    return {};
  }
}

/** Adds what this run took; files that did not run keep what is known of them. */
export function recordDurations(timings: readonly FileTiming[], file = recordFile()): void {
  const taken = Object.fromEntries(byFile(timings).map(({ title, milliseconds }) => [title, milliseconds]));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify({ ...readDurations(file), ...taken }));
  renameSync(`${file}.new`, file);
}
