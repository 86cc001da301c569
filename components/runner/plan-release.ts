import type { ReleaseFile, RunnerDownload } from "@ghrunners/core/github/runner-release";
import { thresholds } from "@ghrunners/monitoring/thresholds";
import type { RunnerArchive } from "./runner-archive";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What GitHub reported about one version. */
export interface ReleaseObservation {
  /** GitHub's downloads endpoint: only the newest version for each kind of machine. */
  readonly offered: readonly RunnerDownload[];
  /** Files of the release of actions/runner; undefined if this GitHub has no such version. */
  readonly release: readonly RunnerDownload[] | undefined;
  /** Time from which the version may not register, ms since 1970; undefined if no end is announced. */
  readonly ends: number | undefined;
}

const fits = ({ os, architecture }: RunnerDownload): boolean => os === "linux" && architecture === "x64";
const versionIn = (filename: string): string | undefined => /-(\d+\.\d+\.\d+)\.tar\.gz$/.exec(filename)?.[1];

const raise = (newest: string | undefined): string =>
  `Next: pulumi config set --path 'ghrunners:agent.version' ${newest ?? "VERSION"}`;

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Whether the end of a version is so near that the alerts speak of it, or past. @param now ms since 1970 */
export const isEndNear = (ends: number | undefined, now: number): ends is number =>
  ends !== undefined && ends - now < thresholds.versionDeadlineSeconds.info * 1000;

/**
 * What is to be said of a version that is in use, whose end is near. Pure.
 *
 * @param ends ms since 1970
 * @param newest version that GitHub offers
 * @throws Error if it may not register any more
 */
export function nearEnd(version: string, ends: number, newest: string | undefined, now: number): string {
  if (ends <= now) {
    throw new Error(
      `the runners' version ${version} ended on ${dateOf(ends)}: GitHub lets it register no more and gives it no jobs. ` +
        `Expected a newer one; offered: ${newest ?? "nothing"}. ${raise(newest)}`,
    );
  }
  const days = Math.floor((ends - now) / DAY_MS);
  return (
    `warning: ${version} ends on ${dateOf(ends)}, in ${days} ${days === 1 ? "day" : "days"}; from then on GitHub gives ` +
    `these runners no jobs. ${raise(newest)}, then pulumi up`
  );
}

/** The newest version that GitHub offers for the runners' kind of machine. */
export const newestOffered = (offered: readonly RunnerDownload[]): string | undefined =>
  offered.filter(fits).flatMap(({ filename }) => versionIn(filename) ?? [])[0];

/** @throws Error if GitHub offers none. */
export function chooseVersion(offered: readonly RunnerDownload[]): string {
  const newest = newestOffered(offered);
  if (newest !== undefined) return newest;
  throw new Error(
    "GitHub offers no runner for linux x64. Expected one. Next: pulumi config set --path 'ghrunners:agent.version' VERSION",
  );
}

/**
 * The archive of one version, with its SHA-256: the one that GitHub offers the repository, else the one of the release.
 * Pure.
 *
 * @param now ms since 1970
 * @throws Error that names the offered version, if there is no such version, it has no checksum, or it may not register
 * any more
 */
export function chooseDownload(
  seen: ReleaseObservation,
  version: string,
  now: number,
): Pick<RunnerArchive, "url" | "sha256"> {
  const { offered, release = [], ends } = seen;
  const newest = newestOffered(offered);
  const next = `${raise(newest)}, or pin ghrunners:agent.downloadUrl and agent.sha256`;
  if (ends !== undefined && ends <= now) {
    throw new Error(
      `GitHub has not let the runner ${version} register since ${new Date(ends).toISOString()}. ` +
        `Expected a newer one; offered: ${newest ?? "nothing"}. ${next}`,
    );
  }
  const name = `actions-runner-linux-x64-${version}.tar.gz`;
  const found = [...offered, ...release].find((file) => fits(file) && file.filename === name);
  if (found === undefined) {
    const seenNow = `offered: ${newest ?? "nothing"}, and no release v${version} of actions/runner with ${name}`;
    throw new Error(`GitHub has no runner ${version} for linux x64: seen ${seenNow}. ${next}`);
  }
  if (found.sha256 === undefined || found.sha256 === "") {
    throw new Error(`GitHub gives no SHA-256 for ${found.filename}, so it cannot be checked. ${next}`);
  }
  return { url: found.url, sha256: found.sha256 };
}

/**
 * The Pulumi CLI's archive of one version, with its SHA-256. Pure.
 *
 * @param release files of the release of pulumi/pulumi; undefined if this GitHub has no such version
 * @throws Error that says what to set instead, if there is no such version or it has no checksum
 */
export function choosePulumi(
  release: readonly ReleaseFile[] | undefined,
  version: string,
): Pick<RunnerArchive, "url" | "sha256"> {
  const name = `pulumi-v${version}-linux-x64.tar.gz`;
  const next =
    "Next: pulumi config set --path ghrunners:deliveryRunner.pulumi.version VERSION, " +
    "or pin deliveryRunner.pulumi.downloadUrl and deliveryRunner.pulumi.sha256";
  const found = release?.find((file) => file.name === name);
  if (found === undefined) {
    const seen = release === undefined ? `no release v${version} of pulumi/pulumi` : `a release without ${name}`;
    throw new Error(`GitHub has no Pulumi CLI ${version} for linux x64: seen ${seen}. ${next}`);
  }
  if (found.sha256 === undefined) {
    throw new Error(`GitHub gives no SHA-256 for ${name}, so it cannot be checked. ${next}`);
  }
  return { url: found.url, sha256: found.sha256 };
}
