/**
 * What stood at a path before a step put something there, and how exactly that comes back: type, content, mode, owner,
 * group, extended attributes, access lists and hard links. What could not come back is refused before anything is touched.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
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
      /** Folders above it that were not there either, the highest first. */
      readonly made: readonly string[];
    }
  | {
      readonly kind: "file" | "link";
      readonly copy: string;
      readonly digest: string;
      /** The file itself under a second name, where it had others: its links come back with it. */
      readonly twin?: string;
    };

const COPY_LIMIT_MS = 60_000;

const kindOf = (stats: Stats): string =>
  stats.isFile() ? "file" : stats.isSymbolicLink() ? "link" : stats.isDirectory() ? "folder" : "special file";

/** Type, mode, owner, group and content of what stands there, in one text; undefined where nothing stands. */
export function digestOfPath(file: string): string | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const kind = kindOf(stats);
  const owner = `${stats.uid}:${stats.gid}`;
  // A link has no mode of its own.
  if (kind === "link") return `link ${owner} ${readlinkSync(file)}`;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
  if (kind !== "file") return `${kind} ${mode} ${owner}${kind === "folder" ? "" : ` ${stats.rdev}`}`;
  return `file ${mode} ${owner} ${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
}

/** The folders above a path that are not there, the highest first. */
export function missingAbove(file: string): string[] {
  const missing: string[] = [];
  for (let folder = path.dirname(file); !stands(folder); folder = path.dirname(folder)) missing.unshift(folder);
  return missing;
}

const stands = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false }) !== undefined;

/** The lowest folder of a path that is there already. */
const lowestAbove = (file: string): string => path.dirname(missingAbove(file)[0] ?? file);

/** Why what stands at a path could not be brought back, in words; undefined when all of it could. */
export function problemAt(file: string, captures: string): string | undefined {
  const parent = lowestAbove(file);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `${parent} is not a folder; expected one for ${file}`;
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined || stats.isSymbolicLink()) return undefined;
  if (!stats.isFile()) return `${file} is a ${kindOf(stats)}; expected a file, a link or nothing`;
  if (stats.nlink > 1 && statSync(lowestAbove(path.join(captures, "0"))).dev !== stats.dev)
    return `${file} has ${stats.nlink} names, and ${captures} is on another file system: its links could not come back`;
  return undefined;
}

/** Everything that cp knows to keep; what cannot be kept is an error. */
function copy(from: string, to: string): void {
  const line = ["--archive", "--preserve=xattr", "--no-target-directory", "--", from, to];
  const { status, stderr, error } = spawnSync("cp", line, { encoding: "utf8", timeout: COPY_LIMIT_MS });
  if (status !== 0) throw new Error(`${from} could not be copied whole: ${error?.message ?? stderr.trim()}`);
}

function flush(file: string): void {
  if (lstatSync(file).isSymbolicLink()) return;
  const handle = openSync(file, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * @param captures folder of the captured files
 * @param index of the step: no two captured files have one name
 * @throws Error when it could not come back
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

/** May run again, and on what was never touched. @throws Error when what was there is not there afterwards */
export function restorePath(file: string, before: PathBefore): void {
  removeTemporaries(file);
  if (before.kind === "absent") {
    // Not recursive: a folder in this place is nobody's work of ours.
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) unlinkSync(file);
    removeFolders(before.made);
    return;
  }
  const { twin, digest } = before;
  // Not when it is the same file still: a rename between two names of one file does nothing.
  if (twin === undefined || !isSame(twin, file) || digestOfPath(file) !== digest) bringBack(file, before);
  const seen = digestOfPath(file);
  if (seen !== digest) throw new Error(`${file} is not what it was: seen ${seen}, expected ${digest}`);
}

const isSame = (a: string, b: string): boolean => {
  const [one, other] = [a, b].map((file) => lstatSync(file, { throwIfNoEntry: false }));
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino;
};

function bringBack(file: string, { copy: kept, digest, twin }: Exclude<PathBefore, { kind: "absent" }>): void {
  // The file itself, unless somebody wrote into it meanwhile.
  const itself = twin !== undefined && digestOfPath(twin) === digest;
  // A copy that was damaged since never gets into the place, nor is one opened that is no file: a pipe would hold the agent.
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

/** The folders that a step had to make, where nobody else put anything into them. */
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
