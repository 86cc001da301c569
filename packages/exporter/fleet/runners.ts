/**
 * Compares GitHub's runners with the configured ones. Pure.
 */
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import type { FleetConfig } from "../config";
import { type Sample, sample, sampleIfKnown } from "@ghrunners/metrics-server/samples";
import type { OpenRun } from "@ghrunners/core/github/facts";
import { strangers } from "@ghrunners/core/github/known-runner";
import { type GitHubRunner, labelSet, labelsWithout } from "@ghrunners/core/github/runner";

/** Facts that are kept across restarts because GitHub does not report them. */
export interface RunnerHistory {
  /** When a runner was last seen online, by name, seconds since 1970. */
  readonly lastSeen: Readonly<Record<string, number>>;
  /** When GitHub was first seen to offer a version, seconds since 1970. */
  readonly firstOffered: Readonly<Record<string, number>>;
}

/** Unexpected and missing labels. */
export const labelDrift = (seen: readonly string[], expected: readonly string[]): number =>
  labelsWithout(seen, expected).length + labelsWithout(expected, seen).length;

/** Seconds since a version newer than this one was first offered; undefined if none was ever seen. */
export function versionBehind(
  version: string,
  firstOffered: Readonly<Record<string, number>>,
  now: number,
): number | undefined {
  const offered = Object.entries(firstOffered);
  if (offered.length === 0) return undefined;
  const newer = offered.filter(([other]) => compareVersions(other, version) > 0).map(([, at]) => at);
  return newer.length === 0 ? 0 : Math.max(0, now - Math.min(...newer));
}

/** Remembers which runners are online now. */
export function remember(memory: RunnerHistory, runners: readonly GitHubRunner[], now: number): RunnerHistory {
  const online = runners.filter((runner) => runner.online).map(({ name }): [string, number] => [name, now]);
  return { ...memory, lastSeen: { ...memory.lastSeen, ...Object.fromEntries(online) } };
}

/** @param open undefined if the jobs are currently unknown */
export function runnerSamples(
  { runners: expected, label, knownRunners }: Pick<FleetConfig, "runners" | "label" | "knownRunners">,
  runners: readonly GitHubRunner[],
  open: readonly OpenRun[] | undefined,
  memory: RunnerHistory,
  deadlines: Readonly<Record<string, number>>,
  now: number,
): Sample[] {
  const known = [...expected.map(({ name }) => name), ...knownRunners];
  const byName = new Map(runners.map((runner) => [runner.name, runner]));
  const running = open?.flatMap(({ jobs }) => jobs.filter(({ status }) => status === "in_progress"));
  const unknown = sample("githubRunnersUnknown", strangers(runners, label, known).length, {});
  return [
    unknown,
    ...expected.flatMap(({ name, role, labels }) => {
      const who = { runner: name, role };
      const seen = byName.get(name);
      const registered = sample("githubRunnerRegistered", Number(seen !== undefined), who);
      const lastSeen = sampleIfKnown("githubRunnerLastSeenOnline", memory.lastSeen[name], who);
      if (seen === undefined) return [registered, ...lastSeen];
      const { version } = seen;
      return [
        registered,
        ...lastSeen,
        sample("githubRunnerOnline", Number(seen.online), who),
        sample("githubRunnerBusy", Number(seen.busy), who),
        ...sampleIfKnown("githubRunnerJobsInProgress", running?.filter((job) => job.runner === name).length, who),
        sample("githubRunnerLabels", 1, { ...who, labels: labelSet(seen.labels) }),
        sample("githubRunnerLabelDrift", labelDrift(seen.labels, labels), who),
        ...(version === undefined
          ? []
          : [
              sample("githubRunnerVersion", 1, { ...who, version }),
              ...sampleIfKnown("githubRunnerVersionBehind", versionBehind(version, memory.firstOffered, now), who),
              ...sampleIfKnown("githubRunnerVersionDeadline", deadlines[version], who),
            ]),
      ];
    }),
  ];
}
