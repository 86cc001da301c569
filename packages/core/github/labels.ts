/** Labels compare without case and order, as GitHub matches them. */
export function sameLabels(a: readonly string[], b: readonly string[]): boolean {
  const normal = (labels: readonly string[]): string =>
    [...new Set(labels.map((label) => label.toLowerCase()))].sort().join("\n");
  return normal(a) === normal(b);
}
