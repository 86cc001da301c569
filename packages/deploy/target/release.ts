/** Folders of releases, and the link to the current one. */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { removeTemporaries, syncFolder, temporaryFor, writeWhole } from "@ghrunners/core/whole-file";
import { rooted, releaseFolder, type Context } from "./context";
import { readJson, type FileRead } from "./disk";
import { formats, type Release } from "./formats";
import { digestOfPath } from "./path-before";

/** File that names the artefact from which a release folder was unpacked. */
const RELEASE_FILE = ".ghrunners-release.json";

/** Reads a release folder's own file; not "read" if no deployment made the folder. */
export const releaseAt = (folder: string): FileRead<Release> =>
  readJson(path.join(folder, RELEASE_FILE), formats.release);

/** Type, mode, owner, group and content of everything in a release folder, in one digest. */
export function digestOfTree(folder: string): string {
  const hash = createHash("sha256");
  const look = (relative: string): void => {
    for (const name of readdirSync(path.join(folder, relative)).sort()) {
      const inner = path.join(relative, name);
      if (inner === RELEASE_FILE) continue;
      const digest = digestOfPath(path.join(folder, inner)) ?? "";
      hash.update(`${JSON.stringify(inner)} ${digest}\n`);
      if (digest.startsWith("folder ")) look(inner);
    }
  };
  look("");
  return hash.digest("hex");
}

export type ReleaseState =
  | { readonly kind: "none" }
  /** As its artefact left it. */
  | { readonly kind: "whole"; readonly release: Release }
  | { readonly kind: "altered"; readonly release: Release }
  /** Not made by a deployment, or its file cannot be read. */
  | { readonly kind: "foreign"; readonly seen: string };

export function releaseState(folder: string): ReleaseState {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: "none" };
  if (!stats.isDirectory()) return { kind: "foreign", seen: "it is not a folder" };
  const found = releaseAt(folder);
  if (found.state !== "read")
    return {
      kind: "foreign",
      seen: found.state === "missing" ? `it has no ${RELEASE_FILE}` : `${found.file}: ${found.problem}`,
    };
  const release = found.value;
  return { kind: digestOfTree(folder) === release.tree ? "whole" : "altered", release };
}

/** State of the link `current`. */
export type CurrentState =
  | { readonly kind: "none" }
  | { readonly kind: "version"; readonly version: string }
  /** Something that no deployment made. */
  | { readonly kind: "foreign"; readonly seen: string };

type ReleaseFolder = Pick<Context, "folders" | "request">;

export function currentState({ folders, request }: ReleaseFolder): CurrentState {
  const link = path.join(folders.root, request.current);
  const stats = lstatSync(link, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: "none" };
  if (!stats.isSymbolicLink())
    return { kind: "foreign", seen: stats.isDirectory() ? "a folder" : "neither a link nor a folder" };
  const target = readlinkSync(link);
  const absolute = path.resolve(path.dirname(request.current), target);
  if (path.dirname(absolute) !== request.releases) return { kind: "foreign", seen: `a link to ${target}` };
  return { kind: "version", version: path.basename(absolute) };
}

/** The current version on this target: where `current` points. */
export function currentVersion(place: ReleaseFolder): string | null {
  const state = currentState(place);
  return state.kind === "version" ? state.version : null;
}

/** A folder next to the releases. Its name begins with a dot, which no version does. */
const besides = (folder: string, what: "unpacking" | "before"): string =>
  path.join(path.dirname(folder), `.${what}-${path.basename(folder)}`);

/** Where a previous release of the same name is kept while a deployment is open. */
export const beforeOf = (folder: string): string => besides(folder, "before");
/** Where a release is unpacked before it is renamed. */
export const unpackingOf = (folder: string): string => besides(folder, "unpacking");

/** Fills a new folder by `fill` and moves it to the place of the release; what was there before is kept next to it. */
export async function putRelease(context: Context, fill: (fresh: string) => Promise<void>): Promise<void> {
  const { version, artefact } = context.request;
  const folder = releaseFolder(context, version);
  const fresh = unpackingOf(folder);
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  await fill(fresh);
  const release: Release = { version, sha256: artefact.sha256, tree: digestOfTree(fresh) };
  writeWhole(path.join(fresh, RELEASE_FILE), JSON.stringify(release), { mode: 0o644 });
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) renameSync(folder, beforeOf(folder));
  renameSync(fresh, folder);
  syncFolder(path.dirname(folder));
}

/** Undoes {@link putRelease}. Works whether or not that had begun, and can be repeated. */
export function takeReleaseBack(context: Context, before: "none" | "same" | "other"): void {
  const folder = releaseFolder(context, context.request.version);
  rmSync(unpackingOf(folder), { recursive: true, force: true });
  if (before === "none") rmSync(folder, { recursive: true, force: true });
  if (before === "other" && lstatSync(beforeOf(folder), { throwIfNoEntry: false }) !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    renameSync(beforeOf(folder), folder);
  }
  if (lstatSync(path.dirname(folder), { throwIfNoEntry: false }) !== undefined) syncFolder(path.dirname(folder));
}

/** A relative target, so that the link is valid wherever the file tree is mounted. */
export const relativeRelease = ({ request }: Context): string =>
  path.relative(path.dirname(request.current), path.join(request.releases, request.version));

/** Replaces the link atomically: it exists at every moment. */
export function pointLink(link: string, target: string): void {
  mkdirSync(path.dirname(link), { recursive: true });
  const fresh = temporaryFor(link);
  removeTemporaries(link);
  symlinkSync(target, fresh);
  renameSync(fresh, link);
  syncFolder(path.dirname(link));
}

/**
 * Folders of the releases that are no longer kept, newest first. Kept are the newest ones, always the current one, and
 * folders that no deployment made.
 */
export function oldReleases(context: Context): string[] {
  const folder = rooted(context, context.request.releases);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const current = currentVersion(context);
  const ours = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((file) => path.basename(file) !== current && releaseAt(file).state === "read")
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return ours.slice(context.request.limits.keepReleases - 1);
}

export function pruneReleases(context: Context): void {
  for (const file of oldReleases(context)) rmSync(file, { recursive: true, force: true });
}
