/** A series as PromQL: the metric's name with the environment and further labels. */
export function select(metric: { readonly name: string }, environment: string, ...matchers: string[]): string {
  return `${metric.name}{${[`environment="${environment}"`, ...matchers].join(", ")}}`;
}

/** The buckets of a histogram. */
export function buckets(metric: { readonly name: string }, environment: string, ...matchers: string[]): string {
  return select({ name: `${metric.name}_bucket` }, environment, ...matchers);
}
