/**
 * Grades one runner for deployments, from both views, with reasons. Missing data never counts as healthy. Pure.
 */
import type { Described } from "@ghrunners/core/schema";
import { causes, type Cause } from "./cause";
import type { judgedSchema } from "./decision-schema";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import { labelsWithout } from "@ghrunners/core/github/runner";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { Maintenance } from "./maintenance";

/** What is known about one runner. A view is null if it was never read; an old one counts until its age is too high. */
export interface RunnerSeen {
  readonly name: string;
  readonly role: Role;
  /** Null: not in maintenance. With a problem: unknown. */
  readonly maintenance: Pick<Maintenance, "until" | "reason"> | { readonly problem: string } | null;
  /** The view of the runner's own machine; null for facts that it does not know. */
  readonly host: {
    /** Age of the facts in seconds. */
    readonly ageSeconds: number;
    readonly serviceActive: boolean | null;
    readonly listenerConnected: boolean | null;
    /** Folders of jobs that the user of jobs cannot use; empty if it can use all. */
    readonly unusableFolders: readonly string[] | null;
    /** Whether its SSH server runs. */
    readonly sshActive: boolean | null;
    /** Whether the operator's login becomes root. */
    readonly sudoUsable: boolean | null;
    readonly diskUsedPercent: number | null;
    readonly inodesUsedPercent: number | null;
    readonly version: string | null;
  } | null;
  /** GitHub's view. */
  readonly github: {
    readonly ageSeconds: number;
    readonly status: "online" | "offline" | "unregistered";
    readonly busy: boolean;
    readonly labels: readonly string[];
    /** Age of the oldest job that waits for exactly its labels; 0 if there is none, null if unknown. */
    readonly oldestQueuedSeconds: number | null;
    /** Deployment jobs that failed on it in a row, if that speaks against it; null: it does not, or it is not known. */
    readonly suspectAfterFailures: number | null;
    /** Time until GitHub gives its version no more jobs, seconds; null while no end is announced. */
    readonly versionEndsInSeconds: number | null;
  } | null;
}

export interface JudgingPolicy {
  /** Labels that a runner must have, and no others, by role. */
  readonly labels: Readonly<Record<Role, readonly string[]>>;
  /** Oldest version to which GitHub still gives jobs. */
  readonly minimumVersion: string;
  /** A version whose end is nearer than this degrades the runner, seconds. */
  readonly versionEndSeconds: number;
  /** Maximum age of the facts of a runner's machine, seconds. */
  readonly maximumHostAgeSeconds: number;
  /** Maximum age of GitHub's facts, seconds. */
  readonly maximumGithubAgeSeconds: number;
  /** Of the space, and of the inodes. */
  readonly maximumDiskPercent: number;
  /** From this share of used inodes on, a job finds none for its files. */
  readonly exhaustedInodesPercent: number;
  readonly maximumQueuedSeconds: number;
}

/** `degraded`: usable, with a restriction. */
export type Grade = "healthy" | "degraded" | "unusable";

export type RunnerAssessment = Described<typeof judgedSchema>;

interface Finding {
  readonly grade: "degraded" | "unusable";
  readonly cause: Cause;
  readonly text: string;
}

const unusable = (cause: Cause, text: string): Finding => ({ grade: "unusable", cause, text });
const degraded = (cause: Cause, text: string): Finding => ({ grade: "degraded", cause, text });
const rounded = (seconds: number): number => Math.round(seconds);

function ofMaintenance({ maintenance }: RunnerSeen): Finding[] {
  if (maintenance === null) return [];
  if ("problem" in maintenance) {
    return [degraded("maintenance_unknown", `whether it is in maintenance is not known: ${maintenance.problem}`)];
  }
  return [unusable("maintenance", `in maintenance until ${maintenance.until}: ${maintenance.reason}`)];
}

function ofGithub({ role, github }: RunnerSeen, policy: JudgingPolicy): Finding[] {
  if (github === null) return [unusable("github_unknown", "GitHub's view is missing")];
  if (github.ageSeconds > policy.maximumGithubAgeSeconds) {
    return [unusable("github_unknown", `GitHub's view is ${rounded(github.ageSeconds)} s old`)];
  }
  if (github.status === "unregistered") return [unusable("not_registered", "GitHub has no registration of it")];
  const missing = labelsWithout(policy.labels[role], github.labels);
  const extra = labelsWithout(github.labels, policy.labels[role]);
  const { oldestQueuedSeconds: queued, suspectAfterFailures: failures, versionEndsInSeconds: ends } = github;
  return [
    ...(missing.length > 0
      ? [unusable("labels_missing", `not authorised: it lacks the labels ${missing.join(", ")}`)]
      : []),
    ...(github.status === "offline" ? [unusable("offline", "GitHub shows it offline")] : []),
    ...(ends !== null && ends <= 0 ? [unusable("version", "GitHub gives its version no more jobs")] : []),
    ...(ends !== null && ends > 0 && ends < policy.versionEndSeconds
      ? [degraded("version_end", `GitHub gives its version no more jobs in ${Math.floor(ends / 86_400)} days`)]
      : []),
    ...(failures === null
      ? []
      : [degraded("failed_jobs", `its last ${failures} deployment jobs failed, and not those of another runner`)]),
    ...(queued === null ? [degraded("queue", "how long jobs wait for its labels is not known")] : []),
    ...(queued !== null && queued > policy.maximumQueuedSeconds
      ? [degraded("queue", `a job has waited ${rounded(queued)} s for its labels`)]
      : []),
    ...(extra.length > 0 ? [degraded("labels_drifted", `its labels drifted: ${extra.join(", ")}`)] : []),
  ];
}

type Host = NonNullable<RunnerSeen["host"]>;

/**
 * An exporter of an older version does not know the folders, nor SSH or sudo: then the runner is degraded, as with every
 * fact that is not known. Unusable would refuse every deployment while an update replaces the exporters one by one.
 */
function ofFolders({ unusableFolders: folders }: Host): Finding[] {
  return [
    ...(folders === null ? [degraded("work_folder", "whether jobs can use their folders is not known")] : []),
    ...(folders !== null && folders.length > 0
      ? [unusable("work_folder", `jobs cannot use ${folders.join(", ")}: no job can start`)]
      : []),
  ];
}

/** Jobs do not need SSH and sudo; but without them nobody can repair a machine on which a deployment then stops. */
function ofAccess({ sshActive, sudoUsable }: Host): Finding[] {
  return [
    ...(sshActive === null ? [degraded("ssh", "whether its SSH server runs is not known")] : []),
    ...(sshActive === false ? [degraded("ssh", "its SSH server does not run, so nobody can repair it")] : []),
    ...(sudoUsable === null ? [degraded("sudo", "whether its operator becomes root is not known")] : []),
    ...(sudoUsable === false ? [degraded("sudo", "sudo refuses its operator, so nobody can repair it")] : []),
  ];
}

function ofDisk({ diskUsedPercent: disk, inodesUsedPercent: inodes }: Host, policy: JudgingPolicy): Finding[] {
  const { maximumDiskPercent: maximum, exhaustedInodesPercent: exhausted } = policy;
  return [
    ...(disk === null ? [degraded("disk", "how full its disk is is not known")] : []),
    ...(disk !== null && disk > maximum
      ? [degraded("disk", `its disk is ${rounded(disk)} % full, expected at most ${maximum} %`)]
      : []),
    ...(inodes === null ? [degraded("inodes", "how many inodes its disk has left is not known")] : []),
    ...(inodes !== null && inodes >= exhausted
      ? [unusable("inodes", `${inodes.toFixed(1)} % of its disk's inodes are used: jobs cannot create their files`)]
      : []),
    ...(inodes !== null && inodes > maximum && inodes < exhausted
      ? [degraded("inodes", `${rounded(inodes)} % of its disk's inodes are used, expected at most ${maximum} %`)]
      : []),
  ];
}

function ofHost({ host }: RunnerSeen, policy: JudgingPolicy): Finding[] {
  if (host === null) return [unusable("host_unreachable", "the host's view is missing")];
  if (host.ageSeconds > policy.maximumHostAgeSeconds) {
    return [unusable("host_unreachable", `the host's view is ${rounded(host.ageSeconds)} s old`)];
  }
  const { serviceActive, listenerConnected, version } = host;
  return [
    ...(serviceActive === null ? [unusable("service", "whether its service is active is not known")] : []),
    ...(serviceActive === false ? [unusable("service", "its service is not active")] : []),
    ...(serviceActive === true && listenerConnected === null
      ? [unusable("listener", "whether its listener is connected is not known")]
      : []),
    ...(serviceActive === true && listenerConnected === false
      ? [unusable("listener", "its listener is not connected")]
      : []),
    ...(version === null ? [degraded("version", "its version is not known")] : []),
    ...(version !== null && compareVersions(version, policy.minimumVersion) < 0
      ? [unusable("version", `its version ${version} is older than ${policy.minimumVersion}, which GitHub asks for`)]
      : []),
    ...ofFolders(host),
    ...ofAccess(host),
    ...ofDisk(host, policy),
  ];
}

/** What makes a runner unusable comes first, then the order of the causes. */
const rank = ({ grade, cause }: Finding): number => causes.indexOf(cause) + (grade === "unusable" ? 0 : causes.length);

/**
 * Whether deployments may go to it. A secondary that is degraded may not, unless failed jobs are all that speaks against
 * it: that it is the reason is a guess, and one more try is better than none.
 */
export const mayDeploy = ({ role, grade, cause, reasons }: RunnerAssessment): boolean =>
  grade === "healthy" ||
  (grade === "degraded" && (role === "primary" || (cause === "failed_jobs" && reasons.length === 1)));

/** A busy runner is as healthy as an idle one: the job waits for it. */
export function judge(runner: RunnerSeen, policy: JudgingPolicy): RunnerAssessment {
  const findings = [...ofMaintenance(runner), ...ofGithub(runner, policy), ...ofHost(runner, policy)].sort(
    (one, other) => rank(one) - rank(other),
  );
  const [gravest] = findings;
  return {
    name: runner.name,
    role: runner.role,
    grade: gravest?.grade ?? "healthy",
    cause: gravest?.cause ?? null,
    reasons: findings.map(({ text }) => text),
  };
}
