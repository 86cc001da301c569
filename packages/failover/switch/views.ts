/**
 * Converts the exporters' samples to views of a runner. A missing sample means unknown. Pure.
 */
import { metrics } from "@ghrunners/monitoring/all-metrics";
import { foreignMetrics } from "@ghrunners/monitoring/metrics/foreign";
import type { RunnerSeen } from "../choice/judge";
import { maintenanceOf, type MaintenanceSeen } from "../choice/maintenance";
import type { SwitchConfig } from "../config";
import { labelSet } from "@ghrunners/core/github/runner";
import { JOB_FOLDERS } from "@ghrunners/core/vocabulary/runner";
import type { Samples } from "./samples";

export type SwitchRunner = SwitchConfig["runners"][number];

/** Facts with their time by this host's clock, milliseconds since 1970. */
export interface Dated<Facts> {
  readonly at: number;
  readonly facts: Facts;
}

type HostFacts = Omit<NonNullable<RunnerSeen["host"]>, "ageSeconds" | keyof DiskFacts>;
type DiskFacts = Pick<NonNullable<RunnerSeen["host"]>, "diskUsedPercent" | "inodesUsedPercent">;
type GithubFacts = Omit<
  NonNullable<RunnerSeen["github"]>,
  "ageSeconds" | "oldestQueuedSeconds" | "versionEndsInSeconds"
> & {
  /** Milliseconds since 1970; null while none is announced. */
  readonly versionEndsAt: number | null;
};

/** The newest view of each kind of one runner. */
export interface RunnerViews {
  readonly host?: Dated<HostFacts>;
  readonly disk?: Dated<DiskFacts>;
  readonly github?: Dated<GithubFacts>;
  readonly oldestQueuedSeconds?: Dated<number>;
}

/**
 * Disks fill slowly, and queues are requested half as often as runners: these views are kept across a few failed reads.
 */
const SLOW_MS = 120_000;

const known = (value: number | undefined): boolean | null => (value === undefined ? null : value === 1);

/**
 * The view of the runner's own exporter.
 * @param readAt when it answered, by this host's clock, ms
 * @param theirClock what the runner's clock showed then, ms: its facts are dated by it
 */
export function hostView(samples: Samples, readAt: number, theirClock: number): Dated<HostFacts> | undefined {
  const collected = samples.value(metrics.runnerExporterCollection);
  if (collected === undefined) return undefined;
  return {
    at: readAt - Math.max(0, theirClock - collected * 1000),
    facts: {
      serviceActive: known(samples.value(metrics.runnerServiceActive)),
      listenerConnected: known(samples.value(metrics.runnerListenerConnected)),
      version: samples.label(metrics.runnerVersion, {}, "version") ?? null,
      unusableFolders: unusableFolders(samples),
      sshActive: known(samples.value(metrics.runnerSshActive)),
      sudoUsable: known(samples.value(metrics.runnerSudoUsable)),
    },
  };
}

/** Null if one of the folders is not known. */
function unusableFolders(samples: Samples): string[] | null {
  const usable = JOB_FOLDERS.map((folder) => known(samples.value(metrics.runnerJobFolderUsable, { folder })));
  return usable.includes(null) ? null : JOB_FOLDERS.filter((_, index) => usable[index] === false);
}

/** Share of the root file system, in which jobs work, that is used. */
export function diskView(samples: Samples, readAt: number): Dated<DiskFacts> | undefined {
  const root = { mountpoint: "/" };
  const of = (metric: { readonly name: string }): number | undefined => samples.value(metric, root);
  const size = of(foreignMetrics.filesystemSize);
  const free = of(foreignMetrics.filesystemAvailable);
  if (size === undefined || free === undefined || size <= 0) return undefined;
  const inodesUsedPercent = usedInodes(of(foreignMetrics.filesystemFiles), of(foreignMetrics.filesystemFilesFree));
  return { at: readAt, facts: { diskUsedPercent: 100 * (1 - free / size), inodesUsedPercent } };
}

/** A file system that makes inodes as it needs them, such as Btrfs, shows 0 of 0: it cannot run out of them. */
function usedInodes(all: number | undefined, free: number | undefined): number | null {
  if (all === undefined || free === undefined) return null;
  return all <= 0 ? 0 : 100 * (1 - free / all);
}

/** GitHub's view of one runner, from the fleet exporter on this host. */
export function githubView(samples: Samples, { name, role }: SwitchRunner): Dated<GithubFacts> | undefined {
  const who = { runner: name, role };
  const polled = samples.value(metrics.githubPollTimestamp, { endpoint: "runners" });
  const registered = samples.value(metrics.githubRunnerRegistered, who);
  if (polled === undefined || registered === undefined) return undefined;
  const online = samples.value(metrics.githubRunnerOnline, who);
  if (registered === 1 && online === undefined) return undefined;
  const ends = samples.value(metrics.githubRunnerVersionDeadline, who);
  const labels = samples.label(metrics.githubRunnerLabels, who, "labels") ?? "";
  return {
    at: polled * 1000,
    facts: {
      status: registered !== 1 ? "unregistered" : online === 1 ? "online" : "offline",
      busy: samples.value(metrics.githubRunnerBusy, who) === 1,
      labels: labels === "" ? [] : labels.split(","),
      suspectAfterFailures: suspectAfterFailures(samples, who),
      versionEndsAt: ends === undefined ? null : ends * 1000,
    },
  };
}

/** Null also for a fleet exporter of an earlier version: without the metric nothing speaks against the runner. */
function suspectAfterFailures(
  samples: Samples,
  who: { readonly runner: string; readonly role: string },
): number | null {
  if (samples.value(metrics.githubRunnerSuspect, who) !== 1) return null;
  return samples.value(metrics.githubDeploymentJobsFailedInRow, who) ?? null;
}

/** How long the oldest job waits for exactly this runner's labels. */
export function queueView(samples: Samples, { labels }: SwitchRunner): Dated<number> | undefined {
  const set = { labels: labelSet(labels) };
  const polled = samples.value(metrics.githubPollTimestamp, { endpoint: "jobs" });
  const queued = samples.value(metrics.githubJobsQueued, set);
  if (polled === undefined || queued === undefined) return undefined;
  return { at: polled * 1000, facts: samples.value(metrics.githubJobQueueOldest, set) ?? 0 };
}

/** Allowed difference of two clocks, ms. */
const SKEW_MS = 5_000;

/**
 * The newer of two views, because an exporter that was just started may know less than an earlier answer. A view from
 * the future was dated by a clock that was ahead: it would look fresh and hide every newer one until that time. It
 * counts as unknown.
 */
export function newer<Facts>(
  before: Dated<Facts> | undefined,
  young: Dated<Facts> | undefined,
  nowMs: number,
): Dated<Facts> | undefined {
  const [old, latest] = [before, young].map((view) =>
    view === undefined || view.at > nowMs + SKEW_MS ? undefined : view,
  );
  if (latest === undefined || old === undefined) return latest ?? old;
  return latest.at >= old.at ? latest : old;
}

const unknownDisk: DiskFacts = { diskUsedPercent: null, inodesUsedPercent: null };

function slow<Facts>(view: Dated<Facts> | undefined, nowMs: number): Facts | null {
  return view === undefined || nowMs - view.at > SLOW_MS ? null : view.facts;
}

function maintenanceSeen(seen: MaintenanceSeen, name: string): RunnerSeen["maintenance"] {
  return seen.known ? (maintenanceOf(seen.entries, name) ?? null) : { problem: seen.problem };
}

/** Everything about one runner at one moment, for the choice. */
export function seenRunner(
  { name, role }: SwitchRunner,
  { host, disk, github, oldestQueuedSeconds }: RunnerViews,
  maintenance: MaintenanceSeen,
  nowMs: number,
): RunnerSeen {
  const age = ({ at }: { readonly at: number }): number => Math.max(0, (nowMs - at) / 1000);
  return {
    name,
    role,
    maintenance: maintenanceSeen(maintenance, name),
    host: host === undefined ? null : { ageSeconds: age(host), ...host.facts, ...(slow(disk, nowMs) ?? unknownDisk) },
    github: github === undefined ? null : githubSeen(github, age(github), slow(oldestQueuedSeconds, nowMs), nowMs),
  };
}

function githubSeen(
  { facts: { versionEndsAt, ...facts } }: Dated<GithubFacts>,
  ageSeconds: number,
  oldestQueuedSeconds: number | null,
  nowMs: number,
): NonNullable<RunnerSeen["github"]> {
  const versionEndsInSeconds = versionEndsAt === null ? null : (versionEndsAt - nowMs) / 1000;
  return { ageSeconds, ...facts, oldestQueuedSeconds, versionEndsInSeconds };
}
