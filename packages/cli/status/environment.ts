/**
 * Compares the deployment environment at GitHub with the configuration. Pure.
 */
import type { Described } from "@ghrunners/core/schema";
import type { environmentStatusSchema } from "./schema";

import { type Protection, protectionDifferences } from "@ghrunners/core/github/protection";

export type EnvironmentStatus = Described<typeof environmentStatusSchema>;

const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

/** A sentence for each setting that may differ: what GitHub has, and what is configured. */
const differences: Readonly<Record<keyof Protection, (seen: Protection, wanted: Protection) => string>> = {
  reviewers: (seen, wanted) => `is reviewed by ${list(seen.reviewers)}, configured: ${list(wanted.reviewers)}`,
  preventSelfReview: (seen) =>
    `${seen.preventSelfReview ? "forbids" : "allows"} self-review, contrary to the configuration`,
  adminsCanBypass: (seen) =>
    `${seen.adminsCanBypass ? "lets" : "does not let"} administrators bypass, contrary to the configuration`,
  waitMinutes: (seen, wanted) => `waits ${seen.waitMinutes} min, configured: ${wanted.waitMinutes} min`,
  branches: (seen, wanted) => `takes the branches ${list(seen.branches)}, configured: ${list(wanted.branches)}`,
  tags: (seen, wanted) => `takes the tags ${list(seen.tags)}, configured: ${list(wanted.tags)}`,
};

/** Every difference as a sentence. @param seen null: GitHub has no such environment */
export function protectionProblems(name: string, wanted: Protection, seen: Protection | null): string[] {
  if (seen === null) return [`environment ${name} does not exist at GitHub`];
  return protectionDifferences(wanted, seen).map(
    (setting) => `environment ${name} ${differences[setting](seen, wanted)}`,
  );
}

/** One line for the status screen. */
export function describeProtection(protection: NonNullable<EnvironmentStatus["protection"]>): string {
  const { reviewers, waitMinutes, preventSelfReview, adminsCanBypass, branches, tags } = protection;
  return [
    reviewers.length === 0 ? "no reviewers" : `reviewed by ${reviewers.join(", ")}`,
    ...(reviewers.length === 0 ? [] : [preventSelfReview ? "no self-review" : "self-review allowed"]),
    ...(waitMinutes > 0 ? [`waits ${waitMinutes} min`] : []),
    adminsCanBypass ? "administrators may bypass" : "no one may bypass",
    `branches ${list(branches)}`,
    ...(tags.length > 0 ? [`tags ${tags.join(", ")}`] : []),
  ].join("; ");
}
