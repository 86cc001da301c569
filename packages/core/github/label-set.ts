/**
 * Label sets: case and order do not matter to GitHub. Pure.
 */

/** Each label once, in lower case, sorted. */
export const normal = (labels: readonly string[]): string[] =>
  [...new Set(labels.map((label) => label.toLowerCase()))].sort();

/** A set as one text: the value of a metric's label. */
export const labelSet = (labels: readonly string[]): string => normal(labels).join(",");

/** A job for self-hosted runners: jobs of GitHub's own runners are not watched. */
export const isSelfHosted = ({ labels }: { readonly labels: readonly string[] }): boolean =>
  normal(labels).includes("self-hosted");

/** Whether two sets hold the same labels, as GitHub matches them. */
export const sameLabels = (a: readonly string[], b: readonly string[]): boolean => labelSet(a) === labelSet(b);
