import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { fullDisk, speaksOfFullDisk } from "./errors";
import type { WantedPart } from "./parts";
import { run } from "./run";

/** Where official releases are described; tests put their own in its place. */
export const RELEASES = "https://api.github.com";

/** How long the one probe may take that decides whether anything is downloaded, in milliseconds. */
const PROBE_LIMIT_MS = 3_000;
/** How long one download may take, in milliseconds. */
const DOWNLOAD_LIMIT_MS = 10 * 60_000;

/** Part of GitHub's answer to "get a release by tag name" (REST API 2022-11-28). */
interface Release {
  readonly assets: readonly { readonly name: string; readonly browser_download_url: string }[];
}

/** Whether official releases can be reached. Asked once for all parts, so that an air-gapped machine loses no time. */
export async function releasesReachable(base: string): Promise<boolean> {
  try {
    const response = await fetch(base, { method: "HEAD", signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    return response.ok;
  } catch {
    return false;
  }
}

/** The name of a part's archive in its release. The language host is in the CLI's archive, promtool in Prometheus'. */
export function archiveName(part: WantedPart, platform: string): string {
  if (part.place === "tool") return `${toolFolder(part, platform)}.tar.gz`;
  if (part.place === "cli") return `pulumi-v${part.version}-${platform.replace("amd64", "x64")}.tar.gz`;
  return `${part.binary}-v${part.version}-${platform}.tar.gz`;
}

/** The folder in an archive of Prometheus, for example `prometheus-3.16.0.linux-amd64`. */
const toolFolder = ({ repository, version }: WantedPart, platform: string): string =>
  `${path.posix.basename(repository)}-${version}.${platform}`;

/** The folder of a part's executable in its archive. */
export function folderInArchive(part: WantedPart, platform: string): string {
  if (part.place === "tool") return toolFolder(part, platform);
  return part.place === "cli" ? "pulumi" : "";
}

/** The SHA-256 that a checksum file ("HASH  NAME" lines) gives for a name. */
export function checksumFor(checksums: string, name: string): string | undefined {
  for (const line of checksums.split("\n")) {
    const match = /^([0-9a-f]{64})\s+\*?(.+)$/i.exec(line.trim());
    if (match?.[2] === name) return match[1]?.toLowerCase();
  }
  return undefined;
}

async function get(url: string, accept: string): Promise<Response> {
  const response = await fetch(url, { headers: { accept }, signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

/**
 * Downloads the official release of a part, checks its SHA-256 against the release's own checksum file and unpacks the
 * executable.
 * @param folder an empty folder to work in
 * @returns the path of the executable
 * @throws Error saying why the official release cannot be downloaded
 */
export async function downloadPart(
  part: WantedPart,
  platform: string,
  folder: string,
  base: string = RELEASES,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const described = await get(`${base}/repos/${part.repository}/releases/tags/v${part.version}`, "application/json");
  const { assets } = (await described.json()) as Release;
  const name = archiveName(part, platform);
  const archive = assets.find((asset) => asset.name === name);
  const checksums = assets.find((asset) => /(checksums|sha256sums)\.txt$/.test(asset.name));
  if (archive === undefined || checksums === undefined) {
    throw new Error(`the release of ${part.repository} has no ${archive === undefined ? name : "checksum file"}`);
  }
  const expected = checksumFor(await (await get(checksums.browser_download_url, "text/plain")).text(), name);
  if (expected === undefined) throw new Error(`the checksum file of ${part.repository} does not name ${name}`);
  const file = path.join(folder, name);
  const seen = await fetchTo(archive.browser_download_url, file);
  if (seen !== expected) throw new Error(`${name} has SHA-256 ${seen}, expected ${expected}`);
  const outcome = await run("tar", ["-xzf", file, "-C", folder]);
  if (outcome.code !== 0) {
    if (speaksOfFullDisk(outcome.stderr)) throw fullDisk(folder);
    throw new Error(`${name} cannot be unpacked: ${outcome.stderr.trim()}`);
  }
  return path.join(folder, folderInArchive(part, platform), part.binary);
}

/** Writes a download to a file and returns its SHA-256. */
async function fetchTo(url: string, file: string): Promise<string> {
  const response = await get(url, "application/octet-stream");
  if (response.body === null) throw new Error(`${url} has no content`);
  const hash = createHash("sha256");
  await pipeline(
    Readable.fromWeb(response.body),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  return hash.digest("hex");
}
