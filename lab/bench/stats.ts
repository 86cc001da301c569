/**
 * Statistics of few runs. Pure.
 */

/** Smallest, middle and largest of a list of numbers. */
export interface Summary {
  readonly min: number;
  /** The middle value; of an even count the mean of the two middle ones. */
  readonly median: number;
  readonly max: number;
}

/** @throws RangeError for an empty list */
export function summarise(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError("No values to summarise.");
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] as number;
  const middle = Math.floor(sorted.length / 2);
  return {
    min: at(0),
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    max: at(sorted.length - 1),
  };
}

/**
 * The smallest value that at least `percent` of 100 values do not exceed (nearest rank).
 * @throws RangeError for an empty list
 */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError("No values to take a percentile of.");
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

/** To four decimals: a tenth of a millisecond of a time in seconds. */
export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

export const roundedSummary = (values: readonly number[]): Summary => {
  const { min, median, max } = summarise(values);
  return { min: rounded(min), median: rounded(median), max: rounded(max) };
};
