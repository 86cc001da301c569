import type { RunnerDownload } from "@ghrunners/core/github/client";
import type { RunnerArchive } from "./agent";

/** What GitHub said about one version. */
export interface ReleaseObservation {
  /** GitHub's downloads route: of each kind of machine the newest only. */
  readonly offered: readonly RunnerDownload[];
  /** Files of the release of actions/runner; undefined where this GitHub has none of that version. */
  readonly release: readonly RunnerDownload[] | undefined;
  /** From when on the version may not register, ms since 1970; undefined where no end is announced. */
  readonly ends: number | undefined;
}

const fits = ({ os, architecture }: RunnerDownload): boolean => os === "linux" && architecture === "x64";
const versionIn = (filename: string): string | undefined => /-(\d+\.\d+\.\d+)\.tar\.gz$/.exec(filename)?.[1];

/** The newest version that GitHub offers for our kind of machine. */
export const newestOffered = (offered: readonly RunnerDownload[]): string | undefined =>
  offered.filter(fits).flatMap(({ filename }) => versionIn(filename) ?? [])[0];

/**
 * The archive of one version: the one that GitHub offers the repository, else that of the release, with its digest. Pure.
 *
 * @param now ms since 1970
 * @throws Error naming what is offered when there is no such version, it has no checksum, or its end is past
 */
export function chooseDownload(seen: ReleaseObservation, version: string, now: number): RunnerArchive {
  const { offered, release = [], ends } = seen;
  const newest = newestOffered(offered);
  const next =
    `Next: pulumi config set --path 'ghrunners:agent.version' ${newest ?? "VERSION"}, ` +
    "or pin ghrunners:agent.downloadUrl and agent.sha256";
  if (ends !== undefined && ends <= now) {
    throw new Error(
      `GitHub lets the runner ${version} register no more since ${new Date(ends).toISOString()}. ` +
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
    throw new Error(`GitHub names no SHA-256 for ${found.filename}, so it cannot be checked. ${next}`);
  }
  return { url: found.url, sha256: found.sha256 };
}
