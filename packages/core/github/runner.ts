/**
 * A runner as GitHub shows it, and label sets as GitHub matches them, where case and order do not matter. Pure.
 */

/** A runner as GitHub shows it. */
export interface GitHubRunner {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
  readonly labels: readonly string[];
  /** Undefined until the runner has connected for the first time, or if GitHub does not report it. */
  readonly version: string | undefined;
  /** Number of its group, if it belongs to the organization; absent for a runner of the repository. */
  readonly groupId?: number;
}

/** GitHub's answer. Its description has `version`; octokit's types do not have it yet. */
export interface RawRunner {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly busy: boolean;
  readonly labels: readonly { readonly name: string }[];
  readonly version?: string | null;
}

export const toRunner = ({ id, name, status, busy, labels, version }: RawRunner): GitHubRunner => ({
  id,
  name,
  online: status === "online",
  busy,
  labels: labels.map((label) => label.name),
  version: version || undefined,
});

/** A page of a list of runners. */
export const toRunners = ({ runners }: { readonly runners: readonly RawRunner[] }): GitHubRunner[] =>
  runners.map(toRunner);

/** Each label once, in lower case, sorted. */
export const normal = (labels: readonly string[]): string[] =>
  [...new Set(labels.map((label) => label.toLowerCase()))].sort();

/** A label set as one text: the value of a metric's label. */
export const labelSet = (labels: readonly string[]): string => normal(labels).join(",");

/** Whether two sets hold the same labels. */
export const sameLabels = (a: readonly string[], b: readonly string[]): boolean => labelSet(a) === labelSet(b);

/** Labels of one set that the other one lacks, in lower case, in the order given. */
export function labelsWithout(labels: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others.map((label) => label.toLowerCase()));
  return [...new Set(labels.map((label) => label.toLowerCase()))].filter((label) => !known.has(label));
}

/** Whether a runner with these labels takes a job that asks for the wanted ones. */
export const carries = (labels: readonly string[], wanted: readonly string[]): boolean =>
  labelsWithout(wanted, labels).length === 0;

/**
 * Whether a job is for self-hosted runners; jobs for GitHub's own runners are not watched. `runs-on` may omit
 * `self-hosted` and name only labels of these runners.
 */
export const isSelfHosted = (
  { labels }: { readonly labels: readonly string[] },
  runners: readonly { readonly labels: readonly string[] }[],
): boolean =>
  labels.length > 0 && (carries(labels, ["self-hosted"]) || runners.some((runner) => carries(runner.labels, labels)));
