import type { LayerResult } from "./layer";

/** A layer that ran nothing. */
export const nothing: LayerResult = { passed: 0, failures: [], skipped: 0, timings: [] };
/** A layer in which one thing failed. */
export const failure = (file: string, title: string, text: string): LayerResult => ({
  ...nothing,
  failures: [{ file, title, text }],
});
/** What several layers came to together. */
export const sum = (results: readonly LayerResult[]): LayerResult =>
  results.reduce(
    (a, b) => ({
      passed: a.passed + b.passed,
      failures: [...a.failures, ...b.failures],
      skipped: a.skipped + b.skipped,
      timings: [...a.timings, ...b.timings],
    }),
    nothing,
  );
