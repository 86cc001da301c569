/** Folders of releases and the link to the one that counts. */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { removeTemporaries, syncFolder, temporaryFor, writeWhole } from "@ghrunners/core/whole-file";
import { rooted, releaseFolder, type Context } from "./context";
import { readJson, type Read } from "./disk";
import { formats, type Release } from "./formats";
import { digestOfPath } from "./path-before";

/** Names the artefact that a folder of releases was unpacked from. */
const RELEASE_FILE = ".ghrunners-release.json";

/** What a release folder says of itself; not "read" where it is none of ours. */
export const releaseAt = (folder: string): Read<Release> => readJson(path.join(folder, RELEASE_FILE), formats.release);

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
  /** Not made by a deployment, or by nothing that can be read. */
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

/** What `current` is. */
export type CurrentState =
  | { readonly kind: "none" }
  | { readonly kind: "version"; readonly version: string }
  /** Something that no deployment put there. */
  | { readonly kind: "foreign"; readonly seen: string };

type Place = Pick<Context, "folders" | "request">;

export function currentState({ folders, request }: Place): CurrentState {
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

/** The version that counts on this target: where `current` points. */
export function currentVersion(place: Place): string | null {
  const state = currentState(place);
  return state.kind === "version" ? state.version : null;
}

/** Beside the releases, with a dot: no version begins with one. */
const besides = (folder: string, what: "unpacking" | "before"): string =>
  path.join(path.dirname(folder), `.${what}-${path.basename(folder)}`);

/** The folder that a release of the same name stood in before, while a deployment is open. */
export const beforeOf = (folder: string): string => besides(folder, "before");
/** Where a release is unpacked, before it gets its name. */
export const unpackingOf = (folder: string): string => besides(folder, "unpacking");

/** A fresh folder that `fill` fills, then in the place of the release; what stood there waits beside it. */
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

/** Whether the step had begun or not, and more than once. */
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

/** Relative, so that it means the same wherever the file tree is mounted. */
export const relativeRelease = ({ request }: Context): string =>
  path.relative(path.dirname(request.current), path.join(request.releases, request.version));

/** Atomically: there is no moment without the link. */
export function pointLink(link: string, target: string): void {
  mkdirSync(path.dirname(link), { recursive: true });
  const fresh = temporaryFor(link);
  removeTemporaries(link);
  symlinkSync(target, fresh);
  renameSync(fresh, link);
  syncFolder(path.dirname(link));
}

/** The newest releases stay, the current one in any case. Folders that are none of ours stay too. */
export function pruneReleases(context: Context): void {
  const folder = rooted(context, context.request.releases);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const current = currentVersion(context);
  const ours = readdirSync(folder)
    .map((name) => path.join(folder, name))
    .filter((file) => path.basename(file) !== current && releaseAt(file).state === "read")
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const file of ours.slice(context.request.limits.keepReleases - 1))
    rmSync(file, { recursive: true, force: true });
}
