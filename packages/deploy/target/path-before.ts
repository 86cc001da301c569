/**
 * Captures what was at a path before a step changes it, and restores it exactly: type, content, mode, owner, group,
 * extended attributes, access lists and hard links. What could not be restored is refused before any change.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  type Stats,
} from "node:fs";
import path from "node:path";
import { removeTemporaries, syncFolder, temporaryFor } from "@ghrunners/core/whole-file";

export type PathBefore =
  | {
      readonly kind: "absent";
      /** Folders above it that did not exist either, the highest first. */
      readonly made: readonly string[];
    }
  | {
      readonly kind: "file" | "link";
      readonly copy: string;
      readonly digest: string;
      /** A second name of the file itself, if it had several: this restores its hard links too. */
      readonly twin?: string;
    };

/** For one file, to copy or to read it: the application may make one of any size. */
const FILE_LIMIT_MS = 60_000;
const PIECE_BYTES = 2 ** 20;

const kindOf = (stats: Stats): string =>
  stats.isFile() ? "file" : stats.isSymbolicLink() ? "link" : stats.isDirectory() ? "folder" : "special file";

/**
 * Type, mode, owner, group and content at a path, in one text; undefined if nothing exists there. The application may
 * write there meanwhile: a file of any size is read in pieces, and what becomes a pipe or a link is not waited for or
 * followed.
 * @param limitMs for reading the file. Default: one minute
 * @throws Error if it was exchanged meanwhile, or takes longer
 */
export function digestOfPath(file: string, limitMs = FILE_LIMIT_MS): string | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const kind = kindOf(stats);
  const owner = `${stats.uid}:${stats.gid}`;
  // A link has no mode of its own.
  if (kind === "link") return `link ${owner} ${readlinkSync(file)}`;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  if (kind !== "file") return `${kind} ${mode} ${owner}${kind === "folder" ? "" : ` ${stats.rdev}`}`;
  const content = digestOfContent(file, stats, limitMs);
  return content === undefined ? undefined : `file ${mode} ${owner} ${content}`;
}

/** Opens for reading: never waits for the writer of a pipe, never follows a link. */
const openOnly = (file: string): number =>
  openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);

/** @param looked at the path before @returns undefined if it is not there any more */
function digestOfContent(file: string, looked: Stats, limitMs: number): string | undefined {
  let handle: number;
  try {
    handle = openOnly(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { dev, ino } = fstatSync(handle);
    if (dev !== looked.dev || ino !== looked.ino) throw new Error(`${file} was exchanged while it was read`);
    const hash = createHash("sha256");
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const end = performance.now() + limitMs;
    for (let read = readSync(handle, piece); read > 0; read = readSync(handle, piece)) {
      hash.update(piece.subarray(0, read));
      if (performance.now() > end) throw new Error(`${file} could not be read within ${limitMs / 1000} s`);
    }
    return hash.digest("hex");
  } finally {
    closeSync(handle);
  }
}

/** The missing folders above a path, the highest first. */
export function missingAbove(file: string): string[] {
  const missing: string[] = [];
  for (let folder = path.dirname(file); !stands(folder); folder = path.dirname(folder)) missing.unshift(folder);
  return missing;
}

const stands = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

/** The lowest existing folder of a path. */
const lowestAbove = (file: string): string => path.dirname(missingAbove(file)[0] ?? file);

/** Why the content of a path could not be restored; undefined if it could. */
export function problemAt(file: string, captures: string): string | undefined {
  const parent = lowestAbove(file);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `${parent} is not a folder; expected one for ${file}`;
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return undefined;
  if (!stats.isFile()) return `${file} is a ${kindOf(stats)}; expected a file, a link or nothing`;
  if (stats.nlink > 1 && statSync(lowestAbove(path.join(captures, "0"))).dev !== stats.dev)
    return `${file} has ${stats.nlink} names, and ${captures} is on another file system: its links could not be restored`;
  return undefined;
}

/** Copies with everything that cp can preserve; fails if something cannot be preserved. */
function copy(from: string, to: string): void {
  const line = ["--archive", "--preserve=xattr", "--no-target-directory", "--", from, to];
  const { status, stderr, error } = spawnSync("cp", line, { encoding: "utf8", timeout: FILE_LIMIT_MS });
  if (status !== 0) throw new Error(`${from} could not be copied completely: ${error?.message ?? stderr.trim()}`);
}

function flush(file: string): void {
  if (lstatSync(file).isSymbolicLink()) return;
  const handle = openOnly(file);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * @param captures folder of the captured files
 * @param index index of the step, which makes the file's name unique
 * @throws Error if it could not be restored
 */
export function capturePath(captures: string, index: number, file: string): PathBefore {
  const problem = problemAt(file, captures);
  if (problem !== undefined) throw new Error(problem);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  const digest = digestOfPath(file);
  if (stats === undefined || digest === undefined) return { kind: "absent", made: missingAbove(file) };
  const kept = path.join(captures, String(index));
  copy(file, kept);
  const twin = stats.isFile() && stats.nlink > 1 ? `${kept}.twin` : undefined;
  if (twin !== undefined) linkSync(file, twin);
  flush(kept);
  syncFolder(captures);
  const seen = digestOfPath(kept);
  if (seen !== digest) throw new Error(`${file} changed while it was captured: seen ${seen}, expected ${digest}`);
  return { kind: stats.isFile() ? "file" : "link", copy: kept, digest, twin };
}

/** Can be repeated, and applied to an unchanged path. @throws Error if the result is not the captured content */
export function restorePath(file: string, before: PathBefore): void {
  removeTemporaries(file);
  if (before.kind === "absent") {
    // Not recursive: no step puts a folder here.
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) unlinkSync(file);
    removeFolders(before.made);
    return;
  }
  const { twin, digest } = before;
  // Skip if it is still the same file: a rename between two names of one file does nothing.
  if (twin === undefined || !isSame(twin, file) || digestOfPath(file) !== digest) bringBack(file, before);
  const seen = digestOfPath(file);
  if (seen !== digest) throw new Error(`${file} is not what it was: seen ${seen}, expected ${digest}`);
}

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((file) => lstatSync(file, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
};

function bringBack(file: string, { copy: kept, digest, twin }: Exclude<PathBefore, { kind: "absent" }>): void {
  // Use the file itself, unless it was written to in the meantime.
  const itself = twin !== undefined && digestOfPath(twin) === digest;
  // Never install a damaged copy, and never open one that is not a file: a pipe would block the agent.
  const seen = itself ? digest : digestOfPath(kept);
  if (seen !== digest)
    throw new Error(`${kept} is not what was captured of ${file}: seen ${seen ?? "nothing"}, expected ${digest}`);
  const fresh = temporaryFor(file);
  try {
    if (itself) linkSync(twin, fresh);
    else copy(kept, fresh);
    flush(fresh);
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  syncFolder(path.dirname(file));
}

/** Removes the folders that a step had to make, unless something else was put into them. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of [...made].reverse()) {
    try {
      rmdirSync(folder);
      syncFolder(path.dirname(folder));
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(code)) throw error;
    }
  }
}
