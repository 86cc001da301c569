/**
 * Label sets: case and order do not matter to GitHub. Pure.
 */

/** Each label once, in lower case, sorted. */
export const normal = (labels: readonly string[]): string[] =>
  [...new Set(labels.map((label) => label.toLowerCase()))].sort();

/** A set as one text: the value of a metric's label. */
export const labelSet = (labels: readonly string[]): string => normal(labels).join(",");
