/**
 * Releases of programs as GitHub shows them, the runner's above all: their files, and until when a version may
 * register. Pure.
 */

/** A file of the runner program that GitHub offers. */
export interface RunnerDownload {
  readonly os: string;
  readonly architecture: string;
  readonly filename: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

/** An entry of the list of runner applications of a repository. */
interface RawDownload {
  readonly os: string;
  readonly architecture: string;
  readonly filename: string;
  readonly download_url: string;
  readonly sha256_checksum?: string;
}

export const toDownload = (file: RawDownload): RunnerDownload => ({
  os: file.os,
  architecture: file.architecture,
  filename: file.filename,
  url: file.download_url,
  sha256: file.sha256_checksum,
});

/** A file of a release. */
export interface RawAsset {
  readonly name: string;
  readonly browser_download_url: string;
  /** GitHub computes it when a file is uploaded; those from before June 2025 have none. */
  readonly digest?: string | null;
}

/** A file of a release, with its checksum if GitHub has one. */
export interface ReleaseFile {
  readonly name: string;
  readonly url: string;
  readonly sha256: string | undefined;
}

export const toReleaseFile = ({ name, browser_download_url: url, digest }: RawAsset): ReleaseFile => ({
  name,
  url,
  sha256: /^sha256:([0-9a-f]{64})$/.exec(digest ?? "")?.[1],
});

/** The files of a release that hold the runner program; a release has others too. */
export const toDownloads = (assets: readonly RawAsset[]): RunnerDownload[] =>
  assets.map(toReleaseFile).flatMap(({ name, url, sha256 }) => {
    const [, os, architecture] = /^actions-runner-(\w+)-(\w+)-[\d.]+\.tar\.gz$/.exec(name) ?? [];
    return os === undefined || architecture === undefined ? [] : [{ os, architecture, filename: name, url, sha256 }];
  });

/** A version of the runner program that was published. */
export interface RunnerVersion {
  readonly version: string;
  /** Not offered to every repository yet: GitHub begins so with each version. */
  readonly isPrerelease: boolean;
  /** ms since 1970. */
  readonly publishedAt: number;
  readonly downloads: readonly RunnerDownload[];
}

/** A release of actions/runner. */
interface RawRelease {
  readonly tag_name: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly published_at: string | null;
  readonly assets: readonly RawAsset[];
}

/** The published versions among the releases of actions/runner. */
export const toVersions = (releases: readonly RawRelease[]): RunnerVersion[] =>
  releases.flatMap(({ tag_name, draft, prerelease: isPrerelease, published_at, assets }) => {
    const [, version] = /^v(\d+\.\d+\.\d+)$/.exec(tag_name) ?? [];
    if (version === undefined || draft || published_at === null) return [];
    return [{ version, isPrerelease, publishedAt: Date.parse(published_at), downloads: toDownloads(assets) }];
  });

/** The announced ends of a runner's version. */
export interface RawDeprecation {
  readonly runtime_deprecates_at?: string | null;
  readonly registration_deprecates_at?: string | null;
}

/** The earlier of the announced ends, ms since 1970; undefined if none is announced. */
export function firstEnd(deprecation: RawDeprecation | undefined): number | undefined {
  const ends = [deprecation?.registration_deprecates_at, deprecation?.runtime_deprecates_at]
    .map((text) => Date.parse(text ?? ""))
    .filter((at) => !Number.isNaN(at));
  return ends.length === 0 ? undefined : Math.min(...ends);
}
