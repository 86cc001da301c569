/** Whether the runner's version in a stack's file is the newest, and until when another one is due. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { chooseDownload, newestOffered } from "@ghrunners/components/runner/plan-release";
import type { RunnerDownload, RunnerVersion } from "@ghrunners/core/github/runner-release";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import type { UpkeepFinding } from "./finding";

/** What GitHub shows; undefined is what it does not, or not to this token. */
export interface VersionsSeen {
  /** Runner applications that GitHub offers the repository. */
  readonly offered: readonly RunnerDownload[] | undefined;
  /** Releases of actions/runner. */
  readonly versions: readonly RunnerVersion[] | undefined;
  /** Announced end of the version in the file, ms since 1970. */
  readonly ends: number | undefined;
}

export type PinnedAgent = Pick<Settings["agent"], "version" | "downloadUrl" | "sha256">;

const DAY_MS = 86_400_000;
/**
 * A runner that does not update itself gets no job this long after a newer version. Source: GitHub,
 * "Self-hosted runners reference", runner software updates.
 */
const GRACE_DAYS = 30;
const RELEASES = "https://github.com/actions/runner/releases";

const stable = (versions: readonly RunnerVersion[] = []): RunnerVersion[] =>
  versions
    .filter(({ isPrerelease }) => !isPrerelease)
    .sort((a, b) => compareVersions(a.version, b.version) || a.publishedAt - b.publishedAt);

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** GitHub's announced end, else 30 days after the first version that is newer. */
function dueOf(now: string, { versions, ends }: VersionsSeen): Pick<UpkeepFinding["item"], "due" | "dueBecause"> {
  if (ends !== undefined)
    return { due: new Date(ends).toISOString(), dueBecause: `GitHub ends ${now} on ${dateOf(ends)}` };
  const next = stable(versions).find(({ version }) => compareVersions(version, now) > 0);
  if (next === undefined) return { due: null, dueBecause: null };
  const due = next.publishedAt + GRACE_DAYS * DAY_MS;
  const dueBecause = `${next.version} was published on ${dateOf(next.publishedAt)}, and GitHub gives ${GRACE_DAYS} days`;
  return { due: new Date(due).toISOString(), dueBecause };
}

/** The settings of another version; a text says why they cannot be written. */
function settingsFor(
  newest: string,
  { version, downloadUrl, sha256 }: PinnedAgent,
  { offered = [], versions = [] }: VersionsSeen,
): PinnedAgent | string {
  if (downloadUrl === undefined && sha256 === undefined) return { version: newest };
  const url = version === undefined ? undefined : downloadUrl?.replaceAll(version, newest);
  if (url === undefined || url === downloadUrl)
    return `Seen agent.downloadUrl without the version in it. Expected one with it. Next: set version, downloadUrl and sha256 of ${newest} by hand`;
  const release = versions.find((each) => each.version === newest)?.downloads;
  try {
    return {
      version: newest,
      downloadUrl: url,
      sha256: chooseDownload({ offered, release, ends: undefined }, newest, 0).sha256,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** @param why causes of what is not there, for the note */
export function judgeRunner(agent: PinnedAgent, seen: VersionsSeen, why: readonly string[] = []): UpkeepFinding {
  const newest = newestOffered(seen.offered ?? []) ?? stable(seen.versions).at(-1)?.version;
  const now = agent.version ?? null;
  const item = { what: "runner", now, newest: newest ?? null, due: null, dueBecause: null, note: null } as const;
  if (newest === undefined) {
    const note = ["Seen no version of the runner at GitHub.", ...why].join(" ");
    return { item: { ...item, state: "unknown", source: null, note } };
  }
  const source = seen.versions === undefined ? "GitHub's runner applications" : `${RELEASES}/tag/v${newest}`;
  if (now !== null && compareVersions(newest, now) <= 0)
    return { item: { ...item, ...(seen.ends === undefined ? {} : dueOf(now, seen)), state: "current", source } };
  const due = now === null ? {} : dueOf(now, seen);
  const settings = settingsFor(newest, agent, seen);
  if (typeof settings === "string") return { item: { ...item, ...due, state: "by-hand", source, note: settings } };
  const note =
    now === null ? "The file names no version: the stack keeps the one of its first update until the file does." : null;
  return { item: { ...item, ...due, state: "newer", source, note }, settings: { agent: settings } };
}
