/** `node:fs`, as far as the product uses it, on the disk of the host that the calling process runs on. */
import { constants } from "node:fs";
import path from "node:path";
import { Readable, Writable } from "node:stream";
import type { Disk } from "./disk";
import { errno, type Inode } from "./disk-tree";
import { ProcessEndedError, processNow, type SimulatedProcess } from "./processes";
import { ownerNow } from "./event-loop";

interface Open {
  readonly node: Inode;
  readonly file: string;
  readonly appends: boolean;
  /** Bytes that were read. */
  at: number;
}

const handles = new Map<number, Open>();
let lastHandle = 1000;

/** Forgets every open file: between two runs. */
export function forgetHandles(): void {
  handles.clear();
  lastHandle = 1000;
}

const slow = new Set(["fsync"]);

/** One call of the calling process: it takes time, may be its last one, and may fail as its disk is. */
function enter(call: string, file: string): Disk {
  const caller: SimulatedProcess = processNow();
  const { host } = caller;
  caller.calls += 1;
  if (caller.calls >= caller.fatalCall) {
    caller.fatalCall = Infinity;
    caller.onFatalCall();
  }
  host.loop.takeTime(slow.has(call) ? 2 : 0.02, caller);
  if (processNow() !== caller) throw new ProcessEndedError();
  const { broken } = host.disk.troubles;
  if (broken > 0 && host.loop.random("broken disk").is(broken)) throw errno("EIO", call, file);
  return host.disk;
}

class Stats {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly dev = 1;
  readonly rdev = 0;

  constructor(private readonly node: Inode) {
    ({ mode: this.mode, uid: this.uid, gid: this.gid, names: this.nlink, ino: this.ino, mtimeMs: this.mtimeMs } = node);
    this.size = node.content.length;
  }
  get mtime(): Date {
    return new Date(this.mtimeMs);
  }
  isFile = (): boolean => this.node.kind === "file";
  isDirectory = (): boolean => this.node.kind === "folder";
  isSymbolicLink = (): boolean => this.node.kind === "link";
}

interface StatOptions {
  readonly throwIfNoEntry?: boolean;
}

function stat(
  call: string,
  file: string,
  follow: boolean,
  { throwIfNoEntry = true }: StatOptions = {},
): Stats | undefined {
  const special = specialFile(file);
  if (special !== undefined) return undefined;
  const node = enter(call, file).find(file, follow);
  if (node !== undefined) return new Stats(node);
  if (throwIfNoEntry) throw errno("ENOENT", call, file);
  return undefined;
}

/** What the kernel answers out of no disk. Source: proc(5). */
function specialFile(file: string): string | undefined {
  if (!file.startsWith("/proc/")) return undefined;
  const { host } = processNow();
  if (file === "/proc/uptime") return `${(host.uptime() / 1000).toFixed(2)} 0.00\n`;
  if (file === "/proc/sys/kernel/random/boot_id") return `${host.name}-${host.boot}\n`;
  if (file === "/proc/meminfo") return "MemTotal: 4000000 kB\nMemAvailable:    3000000 kB\n";
  throw errno("ENOENT", "open", file);
}

function need(disk: Disk, call: string, file: string, follow = true): Inode {
  const node = disk.find(file, follow);
  if (node === undefined) throw errno("ENOENT", call, file);
  return node;
}

function openAt(disk: Disk, file: string, flags: string | number, mode: number): number {
  const writes = typeof flags === "string" && flags !== "r";
  let node = disk.find(file, true);
  if (typeof flags === "number" && (flags & constants.O_NOFOLLOW) !== 0 && disk.find(file, false)?.kind === "link")
    throw errno("ELOOP", "open", file);
  if (node !== undefined && flags === "wx") throw errno("EEXIST", "open", file);
  if (node === undefined && !writes) throw errno("ENOENT", "open", file);
  if (node?.kind === "folder" && writes) throw errno("EISDIR", "open", file);
  node ??= disk.create(file, "file", mode & ~0o022);
  if (writes && flags !== "a" && node.content.length > 0) disk.write(node, Buffer.alloc(0), file);
  lastHandle += 1;
  handles.set(lastHandle, { node, file, appends: flags === "a", at: 0 });
  return lastHandle;
}

function opened(handle: number): Open {
  const found = handles.get(handle);
  if (found === undefined) throw errno("EBADF", "handle", String(handle));
  return found;
}

type Options = string | { readonly mode?: number; readonly recursive?: boolean; readonly flag?: string } | undefined;
const modeOf = (options: Options, usual: number): number =>
  typeof options === "object" ? (options.mode ?? usual) : usual;

function makeFolder(disk: Disk, file: string, recursive: boolean, mode: number): void {
  const there = disk.find(file, true);
  if (there?.kind === "folder" && recursive) return;
  if (there !== undefined) throw errno("EEXIST", "mkdir", file);
  if (recursive && path.dirname(file) !== file) makeFolder(disk, path.dirname(file), true, mode);
  disk.create(file, "folder", mode);
}

function remove(disk: Disk, file: string, recursive: boolean): void {
  const node = need(disk, "rm", file, false);
  if (node.kind !== "folder") return disk.unlink(file);
  if (!recursive) throw errno("EISDIR", "rm", file);
  for (const name of [...node.entries.keys()]) {
    enter("rm", path.join(file, name));
    remove(disk, path.join(file, name), true);
  }
  disk.removeFolder(file);
}

function write(handle: number, bytes: Buffer, from = 0): number {
  const { node, file } = opened(handle);
  const disk = enter("write", file);
  const part = bytes.subarray(from);
  disk.write(node, node.content.length === 0 ? part : Buffer.concat([node.content, part]), file);
  return part.length;
}

function writeWhole(file: string, text: string | Buffer, flags: string, mode: number): void {
  const handle = openAt(enter("open", file), file, flags, mode);
  try {
    write(handle, Buffer.from(text));
  } finally {
    handles.delete(handle);
  }
}

function readWhole(file: string | number): Buffer {
  if (file === 0) return Buffer.from((processNow().stdin.read() as Buffer | null) ?? "");
  if (typeof file === "number") {
    enter("read", opened(file).file);
    return opened(file).node.content;
  }
  const special = specialFile(file);
  if (special !== undefined) return Buffer.from(special);
  const node = need(enter("open", file), "open", file);
  if (node.kind === "folder") throw errno("EISDIR", "read", file);
  return node.content;
}

export const fileSystem = {
  constants,
  lstatSync: (file: string, maybe?: StatOptions) => stat("lstat", file, false, maybe),
  statSync: (file: string, maybe?: StatOptions) => stat("stat", file, true, maybe),
  fstatSync: (handle: number) => new Stats(opened(handle).node),
  existsSync(file: string): boolean {
    const [, pid] = /^\/proc\/(\d+)$/.exec(file) ?? [];
    if (pid !== undefined) return [...processNow().host.processes].some((process) => process.pid === Number(pid));
    try {
      return enter("access", file).find(file, true) !== undefined;
    } catch (error) {
      if (error instanceof ProcessEndedError) throw error;
      return false;
    }
  },
  statfsSync: (file: string) => {
    const { troubles } = enter("statfs", file);
    return { bsize: 4096, blocks: 1_000_000, bfree: troubles.full ? 0 : 500_000, bavail: troubles.full ? 0 : 500_000 };
  },
  mkdirSync: (file: string, options?: Options) =>
    makeFolder(
      enter("mkdir", file),
      file,
      typeof options === "object" && options.recursive === true,
      modeOf(options, 0o755),
    ),
  readdirSync(file: string, options?: { readonly withFileTypes?: boolean }): unknown[] {
    const node = need(enter("readdir", file), "scandir", file);
    if (node.kind !== "folder") throw errno("ENOTDIR", "scandir", file);
    if (options?.withFileTypes !== true) return [...node.entries.keys()].sort();
    return [...node.entries].sort().map(([name, inner]) => Object.assign(new Stats(inner), { name }));
  },
  readFileSync(file: string | number, encoding?: string): string | Buffer {
    const content = readWhole(file);
    return encoding === undefined ? content : content.toString("utf8");
  },
  writeFileSync: (file: string, text: string | Buffer, options?: Options) =>
    writeWhole(file, text, "w", modeOf(options, 0o666)),
  appendFileSync: (file: string, text: string | Buffer, options?: Options) =>
    writeWhole(file, text, "a", modeOf(options, 0o666)),
  openSync: (file: string, flags: string | number, mode = 0o666) => openAt(enter("open", file), file, flags, mode),
  closeSync: (handle: number) => void handles.delete(handle),
  readSync(handle: number, into: Buffer): number {
    const open = opened(handle);
    enter("read", open.file);
    const read = open.node.content.copy(into, 0, open.at);
    open.at += read;
    return read;
  },
  writeSync: write,
  fsyncSync(handle: number): void {
    const { node, file } = opened(handle);
    enter("fsync", file).flush(node, file);
  },
  fchmodSync(handle: number, mode: number): void {
    const { node, file } = opened(handle);
    enter("chmod", file).change(node, { mode }, file);
  },
  chmodSync(file: string, mode: number): void {
    const disk = enter("chmod", file);
    disk.change(need(disk, "chmod", file), { mode }, file);
  },
  renameSync: (from: string, to: string) => enter("rename", to).rename(from, to),
  unlinkSync: (file: string) => enter("unlink", file).unlink(file),
  rmdirSync: (file: string) => enter("rmdir", file).removeFolder(file),
  linkSync: (from: string, to: string) => enter("link", to).hardLink(from, to),
  symlinkSync: (target: string, file: string) => void enter("symlink", file).create(file, "link", 0o777, target),
  readlinkSync(file: string): string {
    const node = need(enter("readlink", file), "readlink", file, false);
    if (node.kind !== "link") throw errno("EINVAL", "readlink", file);
    return node.target;
  },
  realpathSync(file: string): string {
    const disk = enter("realpath", file);
    need(disk, "realpath", file);
    return disk.real(file);
  },
  rmSync(file: string, { recursive = false, force = false } = {}): void {
    const disk = enter("rm", file);
    if (disk.find(file, false) === undefined && force) return;
    remove(disk, file, recursive);
  },
  createReadStream: (file: string) => Readable.from([readWhole(file)]),
  createWriteStream(file: string, { flags = "w", mode = 0o666 }: { flags?: string; mode?: number }): Writable {
    const caller = processNow();
    const handle = openAt(enter("open", file), file, flags, mode);
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        try {
          ownerNow.run(caller, () => write(handle, chunk));
          done();
        } catch (error) {
          done(error as Error);
        }
      },
      final(done) {
        handles.delete(handle);
        done();
      },
    });
  },
};

/** `cp --archive`, as a program of the host does it. @returns what it complains of, or undefined */
export function copyFile(from: string, to: string): string | undefined {
  try {
    const disk = enter("open", from);
    const node = need(disk, "open", from, false);
    const made = disk.create(to, node.kind, node.mode, node.target);
    if (node.kind === "file") disk.write(made, node.content, to);
    enter("chown", to).change(made, { uid: node.uid, gid: node.gid, mode: node.mode }, to);
    return undefined;
  } catch (error) {
    if (error instanceof ProcessEndedError) throw error;
    return (error as Error).message;
  }
}
