/**
 * Whether the GitHub environment is protected as configured. Pure.
 */
import { type Protection, protectionDifferences } from "@ghrunners/core/github/protection";
import { type Sample, sample } from "@ghrunners/metrics-server/samples";

/** Names of the settings in the metric. */
const names: Readonly<Record<keyof Protection, string>> = {
  reviewers: "reviewers",
  waitMinutes: "wait_timer",
  preventSelfReview: "prevent_self_review",
  adminsCanBypass: "admins_can_bypass",
  branches: "branches",
  tags: "tags",
};

/** @param seen undefined if GitHub has no such environment: then nothing is protected */
export function protectionDrift(expected: Protection, seen: Protection | undefined): Sample[] {
  const drifts = (setting: string, drifted: boolean): Sample =>
    sample("githubProtectionDrift", Number(drifted), { setting });
  if (seen === undefined) return [drifts("exists", true)];
  const different = protectionDifferences(expected, seen);
  const settings = Object.keys(names) as (keyof Protection)[];
  return [drifts("exists", false), ...settings.map((setting) => drifts(names[setting], different.includes(setting)))];
}
