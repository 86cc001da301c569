/**
 * The deployment environment as GitHub shows it, against what the configuration says. Pure.
 */

/** Protection of an environment: as configured, or as seen. */
export interface Protection {
  /** Logins, any order. */
  readonly reviewers: readonly string[];
  readonly waitMinutes: number;
  readonly preventSelfReview: boolean;
  readonly adminsCanBypass: boolean;
  readonly branches: readonly string[];
  readonly tags: readonly string[];
}

/** What GitHub said; null: there is no such environment. */
export type SeenEnvironment = Protection | null;

export interface EnvironmentStatus {
  readonly name: string;
  /** GitHub's view; null where the environment is missing or GitHub could not be asked. */
  readonly protection: Protection | null;
  /** Whether GitHub's protection is the configured one. */
  readonly asConfigured: boolean;
}

const sameNames = (a: readonly string[], b: readonly string[], fold: (name: string) => string): boolean =>
  [...new Set(a.map(fold))].sort().join("\n") === [...new Set(b.map(fold))].sort().join("\n");
const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));
const asIs = (name: string): string => name;

/** Every difference, in words: what GitHub has and what is configured. */
export function protectionProblems(name: string, wanted: Protection, seen: SeenEnvironment): string[] {
  const head = `environment ${name}`;
  if (seen === null) return [`${head} does not exist at GitHub`];
  const reviewed = wanted.reviewers.length > 0;
  return [
    ...(sameNames(seen.reviewers, wanted.reviewers, (login) => login.toLowerCase())
      ? []
      : [`${head} is reviewed by ${list(seen.reviewers)}, configured: ${list(wanted.reviewers)}`]),
    // Without reviewers there is no review rule that could hold it.
    ...(!reviewed || seen.preventSelfReview === wanted.preventSelfReview
      ? []
      : [`${head} ${seen.preventSelfReview ? "forbids" : "allows"} self-review, against the configuration`]),
    ...(seen.adminsCanBypass === wanted.adminsCanBypass
      ? []
      : [`${head} ${seen.adminsCanBypass ? "lets" : "does not let"} administrators bypass, against the configuration`]),
    ...(seen.waitMinutes === wanted.waitMinutes
      ? []
      : [`${head} waits ${seen.waitMinutes} min, configured: ${wanted.waitMinutes} min`]),
    ...(sameNames(seen.branches, wanted.branches, asIs)
      ? []
      : [`${head} takes the branches ${list(seen.branches)}, configured: ${list(wanted.branches)}`]),
    ...(sameNames(seen.tags, wanted.tags, asIs)
      ? []
      : [`${head} takes the tags ${list(seen.tags)}, configured: ${list(wanted.tags)}`]),
  ];
}

/** One line for people. */
export function describeProtection(protection: Protection): string {
  const { reviewers, waitMinutes, preventSelfReview, adminsCanBypass, branches, tags } = protection;
  return [
    reviewers.length === 0 ? "nobody reviews" : `reviewed by ${reviewers.join(", ")}`,
    ...(reviewers.length === 0 ? [] : [preventSelfReview ? "no self-review" : "self-review allowed"]),
    ...(waitMinutes > 0 ? [`waits ${waitMinutes} min`] : []),
    adminsCanBypass ? "administrators may bypass" : "nobody may bypass",
    `branches ${list(branches)}`,
    ...(tags.length > 0 ? [`tags ${tags.join(", ")}`] : []),
  ].join("; ");
}
