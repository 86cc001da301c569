/**
 * Whether the GitHub environment is protected as configured. Pure.
 */
import type { ExpectedProtection } from "../config";
import { type Sample, sample } from "@ghrunners/metrics-server/samples";
import type { ProtectionFacts } from "@ghrunners/core/github/facts";

const sorted = (names: readonly string[]): string =>
  [...new Set(names.map((name) => name.toLowerCase()))].sort().join("\n");
const exactly = (names: readonly string[]): string => [...new Set(names)].sort().join("\n");

/** @param seen undefined when GitHub has no such environment: then nothing is protected */
export function protectionDrift(expected: ExpectedProtection, seen: ProtectionFacts | undefined): Sample[] {
  const settings: Record<string, boolean | undefined> = {
    exists: seen === undefined,
    reviewers: seen && sorted(seen.reviewers) !== sorted(expected.reviewers),
    wait_timer: seen && seen.waitMinutes !== expected.waitMinutes,
    // GitHub keeps this beside the reviewers: without any there is nothing to prevent.
    prevent_self_review: seen && expected.reviewers.length > 0 && seen.preventSelfReview !== expected.preventSelfReview,
    admins_can_bypass: seen && seen.adminsCanBypass !== expected.adminsCanBypass,
    branches: seen && exactly(seen.branches) !== exactly(expected.branches),
    tags: seen && exactly(seen.tags) !== exactly(expected.tags),
  };
  return Object.entries(settings).flatMap(([setting, drifted]) =>
    drifted === undefined ? [] : [sample("githubProtectionDrift", Number(drifted), { setting })],
  );
}
