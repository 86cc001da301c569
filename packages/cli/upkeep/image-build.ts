/**
 * Dated builds of cloud images, as Debian and Ubuntu publish them: a folder for each build, with a list of checksums.
 * Pure, but for the questions that the caller answers.
 */
import type { Settings } from "@ghrunners/config/parse";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import type { UpkeepFinding } from "./finding";

export type PinnedImage = Pick<NonNullable<Settings["proxmox"]["image"]>, "url" | "checksum">;

/** Where a build lies. */
interface BuildLocation {
  /** Folder of all builds, with a slash at its end. */
  readonly base: string;
  /** Such as `20260702-2526`. */
  readonly build: string;
  readonly file: string;
}

/** A text at an address; undefined: there is none. @throws Error in words */
export type ReadText = (url: string) => Promise<string | undefined>;

/** The newest builds are sometimes incomplete for hours; older ones than these are not tried. */
const TRIED = 3;
const blank = {
  what: "image",
  now: null,
  newest: null,
  due: null,
  dueBecause: null,
  source: null,
  note: null,
} as const;
/** `20260702-2526` of Debian; `20260702` and `release-20260702` of Ubuntu. */
const BUILD = String.raw`(?:release-)?\d{8}(?:[-.]\d+)*`;

/**
 * @example locationOf("https://images.example/trixie/20260702-2526/debian-20260702-2526.qcow2")?.build //
 * "20260702-2526"
 */
export function locationOf(url: string): BuildLocation | undefined {
  const [, base, build, file] = new RegExp(`^(https://.+/)(${BUILD})/([^/?#]+)$`).exec(url) ?? [];
  return base === undefined || build === undefined || file === undefined ? undefined : { base, build, file };
}

const numbersOf = (build: string): string => build.replace("release-", "").replaceAll("-", ".");
const compareBuilds = (a: string, b: string): number => compareVersions(numbersOf(a), numbersOf(b));

/** Builds in the list of a folder that are newer than this one, newest first. */
export const newerBuilds = (list: string, build: string): string[] =>
  [...new Set([...list.matchAll(new RegExp(`href="(?:\\./)?(${BUILD})/"`, "g"))].map(([, found = ""]) => found))]
    .filter((found) => compareBuilds(found, build) > 0)
    .sort((a, b) => compareBuilds(b, a));

/** The checksum of a file in a list as `sha512sum` prints it. */
export const sumOf = (sums: string, file: string): string | undefined =>
  sums.split("\n").flatMap((line) => {
    const [, sum, name] = /^([0-9a-f]+) [ *](\S+)\s*$/.exec(line) ?? [];
    return sum !== undefined && name === file ? [sum] : [];
  })[0];

/** Files with the checksums of a build, and how many digits they have. */
const checksumLists = [
  ["SHA512SUMS", 128],
  ["SHA256SUMS", 64],
] as const;

const unwatched = (note: string): UpkeepFinding => ({ item: { ...blank, state: "unwatched", note } });

/** What is newer than this image. @param templateId of a stack without image */
export async function judgeImage(
  image: PinnedImage | undefined,
  templateId: number | undefined,
  read: ReadText,
): Promise<UpkeepFinding> {
  if (image === undefined) {
    const template = templateId === undefined ? "A template" : `Template ${templateId}`;
    return unwatched(`${template} was made by hand, so nothing can be compared (docs/how-to/template.md).`);
  }
  const place = locationOf(image.url);
  if (place === undefined)
    return unwatched(
      "Seen no dated folder in proxmox.image.url, such as .../20260702-2526/FILE. Nothing can be compared.",
    );
  const { base, build } = place;
  const item = { ...blank, now: build, source: base };
  try {
    const list = await read(base);
    if (list === undefined) throw new Error(`${base} is not there (404). Expected the list of the builds.`);
    const newer = await firstComplete(place, newerBuilds(list, build).slice(0, TRIED), item, read);
    return newer ?? { item: { ...item, newest: build, state: "current" } };
  } catch (error) {
    return { item: { ...item, state: "unknown", note: (error as Error).message } };
  }
}

/** The first of these builds that has the file with a checksum. */
async function firstComplete(
  { base, build, file }: BuildLocation,
  builds: readonly string[],
  item: Omit<UpkeepFinding["item"], "state">,
  read: ReadText,
): Promise<UpkeepFinding | undefined> {
  for (const newest of builds) {
    const name = file.replaceAll(build, newest);
    const folder = `${base}${newest}/`;
    // Debian has the first list, Ubuntu the second.
    for (const [list, digits] of checksumLists) {
      const source = `${folder}${list}`;
      const checksum = sumOf((await read(source)) ?? "", name);
      if (checksum?.length !== digits) continue;
      const note = "Another image replaces the machines, the secondary first.";
      return {
        item: { ...item, newest, source, state: "newer", note },
        settings: { proxmox: { image: { url: `${folder}${name}`, checksum } } },
      };
    }
  }
  return undefined;
}
