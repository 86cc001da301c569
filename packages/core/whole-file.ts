/**
 * Writing a file whole or not at all: a new file, flushed, then renamed into place. A reader never sees half of it.
 * Why not write-file-atomic: its release needs a newer Node than a Debian host has, it changes the owner and adds
 * handlers for signals, and the deployment agent needs to find what a killed process left behind.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import path from "node:path";

/** Begins the name of every file that is not whole yet. A dot: programs that read whole folders leave it out. */
const TEMPORARY = ".ghrunners-new-";

const temporariesOf = (file: string): string =>
  `${TEMPORARY}${createHash("sha256").update(path.basename(file)).digest("hex").slice(0, 12)}-`;

/** A name beside a file that no other process uses: two processes may write the same file at the same moment. */
export const temporaryFor = (file: string): string =>
  path.join(path.dirname(file), `${temporariesOf(file)}${process.pid}-${randomBytes(6).toString("hex")}`);

/**
 * Removes what a process left behind that was ended while it wrote the file; one that still writes keeps its own.
 * Removes names only, never what is in a folder: another user may own the place, and would exchange that for a link on
 * the way.
 */
export function removeTemporaries(file: string): void {
  const folder = path.dirname(file);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  const begins = temporariesOf(file);
  for (const name of readdirSync(folder))
    if (name.startsWith(begins) && !isAnothers(name.slice(begins.length))) removeName(path.join(folder, name));
}

function removeName(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    // Gone already, or a folder, which is none of ours and disturbs no one. Linux says EISDIR, POSIX EPERM.
    if (!["ENOENT", "EISDIR", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** @param rest of a temporary file's name: the process that makes it, and chance */
function isAnothers(rest: string): boolean {
  const pid = Number(rest.split("-")[0]);
  return pid !== process.pid && existsSync(`/proc/${pid}`);
}

/** How {@link writeWhole} writes. */
export interface WholeFileOptions {
  /** Permissions of the file, whatever the umask; default: 0600, for its owner alone. */
  readonly mode?: number;
  /** False: faster, and after a power cut the file may be empty. For what the next start makes again; default: true. */
  readonly flush?: boolean;
}

/**
 * Writes a file whole or not at all, also at a power cut. Missing folders are made. The file belongs to this process'
 * user.
 * @throws Error of the system, such as ENOSPC; what stood there before stays
 * @example writeWhole("/var/lib/ghrunners/state.json", JSON.stringify(state));
 */
export function writeWhole(
  file: string,
  content: string | Uint8Array,
  { mode = 0o600, flush = true }: WholeFileOptions = {},
): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = temporaryFor(file);
  try {
    const handle = openSync(fresh, "wx", mode);
    try {
      // Whatever the umask of the process takes away.
      fchmodSync(handle, mode);
      const bytes = Buffer.from(content);
      for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
      if (flush) fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  if (flush) syncFolder(path.dirname(file));
}

export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
