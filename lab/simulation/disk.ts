/**
 * A file system in memory that forgets in a power cut what was not flushed: contents of files, and names and modes. An
 * ordered one keeps names in the order in which they were changed, and all of them at any flush, as ext4 and XFS do; a
 * loose one keeps of each folder what was flushed of that folder, which is all that POSIX promises.
 */
import type { RandomStream } from "./random";

export interface Inode {
  readonly ino: number;
  readonly kind: "file" | "folder" | "link";
  mode: number;
  uid: number;
  gid: number;
  names: number;
  mtimeMs: number;
  content: Buffer;
  /** What of the content a power cut leaves. */
  durable: Buffer;
  readonly target: string;
  readonly entries: Map<string, Inode>;
}

/** Temporary faults of a disk. */
export interface DiskFaults {
  /** Nothing more can be written. */
  full: boolean;
  readOnly: boolean;
  /** Share of the calls that fail with EIO. */
  broken: number;
}

const BLOCK = 4096;
const NOTHING = Buffer.alloc(0);
const blocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

export function errno(code: string, call: string, file: string): NodeJS.ErrnoException {
  const words: Record<string, string> = {
    ENOENT: "no such file or directory",
    ENOSPC: "no space left on device",
    EROFS: "read-only file system",
    EIO: "i/o error",
    EEXIST: "file already exists",
    ENOTDIR: "not a directory",
    EISDIR: "illegal operation on a directory",
    ENOTEMPTY: "directory not empty",
    ELOOP: "too many symbolic links encountered",
    EINVAL: "invalid argument",
  };
  return Object.assign(new Error(`${code}: ${words[code] ?? code}, ${call} '${file}'`), {
    code,
    syscall: call,
    path: file,
  });
}

export class Disk {
  readonly root: Inode = {
    ino: 0,
    kind: "folder",
    mode: 0o755,
    uid: 0,
    gid: 0,
    names: 1,
    mtimeMs: 0,
    content: NOTHING,
    durable: NOTHING,
    target: "",
    entries: new Map(),
  };
  readonly troubles: DiskFaults = { full: false, readOnly: false, broken: 0 };
  /** Told of every rename: who watches sees what becomes of a file that is written whole. */
  onRename: (to: string, node: Inode) => void = () => undefined;
  /** Bytes that are left while it is full: what is removed meanwhile is there again. */
  private free = 0;
  private count = 0;
  /** Whether each folder is for itself. */
  isLoose = false;
  /** Changes of names and modes that a power cut reverts, and the folder or file that they are flushed with. */
  private pending: { readonly of: Inode; readonly undo: () => void }[] = [];
  private dirty = new Set<Inode>();

  constructor(private readonly now: () => number) {}

  private node(kind: Inode["kind"], mode: number, target = ""): Inode {
    this.count += 1;
    return {
      ino: this.count,
      kind,
      mode,
      uid: 0,
      gid: 0,
      names: 1,
      mtimeMs: this.now(),
      content: NOTHING,
      durable: NOTHING,
      target,
      entries: new Map(),
    };
  }

  private static parts = (file: string): string[] => file.split("/").filter((part) => part !== "" && part !== ".");

  /** @param follow whether the last part may be a link @returns undefined where nothing stands */
  find(file: string, follow: boolean, depth = 0): Inode | undefined {
    if (depth > 20) throw errno("ELOOP", "stat", file);
    let at: Inode = this.root;
    const parts = Disk.parts(file);
    for (let index = 0; index < parts.length; index += 1) {
      if (at.kind !== "folder") return undefined;
      const next = at.entries.get(parts[index] as string);
      if (next === undefined) return undefined;
      const last = index === parts.length - 1;
      if (next.kind === "link" && (follow || !last)) {
        const base = next.target.startsWith("/") ? "" : `/${parts.slice(0, index).join("/")}`;
        return this.find(
          [`${base}/${next.target}`, ...parts.slice(index + 1)].join("/").replace(/[^/]+\/\.\.\//g, ""),
          follow,
          depth + 1,
        );
      }
      at = next;
    }
    return at;
  }

  /** The path without links. */
  real(file: string): string {
    const parts = Disk.parts(file);
    for (let index = 1; index <= parts.length; index += 1) {
      const node = this.find(`/${parts.slice(0, index).join("/")}`, false);
      if (node?.kind !== "link") continue;
      const base = node.target.startsWith("/") ? "" : `/${parts.slice(0, index - 1).join("/")}`;
      return this.real([`${base}/${node.target}`, ...parts.slice(index)].join("/").replace(/[^/]+\/\.\.\//g, ""));
    }
    return `/${parts.join("/")}`;
  }

  private parent(file: string, call: string): { folder: Inode; name: string } {
    const parts = Disk.parts(file);
    const name = parts.pop();
    const folder = this.find(`/${parts.join("/")}`, true);
    if (name === undefined || folder === undefined) throw errno("ENOENT", call, file);
    if (folder.kind !== "folder") throw errno("ENOTDIR", call, file);
    return { folder, name };
  }

  private mayWrite(call: string, file: string, grows = 0): void {
    if (this.troubles.readOnly) throw errno("EROFS", call, file);
    if (this.troubles.full && grows > this.free) throw errno("ENOSPC", call, file);
  }

  /** Fills it up but for so many bytes. */
  fill(left: number): void {
    this.troubles.full = true;
    this.free = left;
  }

  private link(folder: Inode, name: string, node: Inode | undefined): void {
    const before = folder.entries.get(name);
    if (node === undefined) folder.entries.delete(name);
    else folder.entries.set(name, node);
    folder.mtimeMs = this.now();
    const undo = (): void => {
      if (before === undefined) folder.entries.delete(name);
      else folder.entries.set(name, before);
    };
    this.pending.push({ of: folder, undo });
  }

  private drop(node: Inode, folder: Inode): void {
    node.names -= 1;
    this.pending.push({ of: folder, undo: () => void (node.names += 1) });
    if (node.names === 0 && node.kind === "file") this.free += blocks(node.content.length);
  }

  create(file: string, kind: Inode["kind"], mode: number, target = ""): Inode {
    const { folder, name } = this.parent(file, "open");
    if (folder.entries.has(name)) throw errno("EEXIST", "open", file);
    this.mayWrite("open", file, kind === "link" ? 0 : 1);
    const node = this.node(kind, mode, target);
    this.link(folder, name, node);
    return node;
  }

  write(node: Inode, content: Buffer, file: string): void {
    const grows = blocks(content.length) - blocks(node.content.length);
    this.mayWrite("write", file, grows);
    this.free -= grows;
    node.content = content;
    node.mtimeMs = this.now();
    this.dirty.add(node);
  }

  flush(node: Inode, file: string): void {
    this.mayWrite("fsync", file);
    this.pending = this.isLoose ? this.pending.filter(({ of }) => of !== node) : [];
    if (node.kind === "file") this.settle(node);
  }

  private settle(node: Inode): void {
    node.durable = node.content;
    this.dirty.delete(node);
  }

  flushAll(): void {
    this.pending = [];
    for (const node of this.dirty) this.settle(node);
  }

  change(node: Inode, change: Partial<Pick<Inode, "mode" | "uid" | "gid">>, file: string): void {
    this.mayWrite("chmod", file);
    const { mode, uid, gid } = node;
    Object.assign(node, change);
    this.pending.push({ of: node, undo: () => void Object.assign(node, { mode, uid, gid }) });
  }

  rename(from: string, to: string): void {
    const source = this.parent(from, "rename");
    const node = source.folder.entries.get(source.name);
    if (node === undefined) throw errno("ENOENT", "rename", from);
    const goal = this.parent(to, "rename");
    const there = goal.folder.entries.get(goal.name);
    if (there === node) return;
    if (there?.kind === "folder" && node.kind !== "folder") throw errno("EISDIR", "rename", to);
    if (there?.kind === "folder" && there.entries.size > 0) throw errno("ENOTEMPTY", "rename", to);
    if (there !== undefined && there.kind !== "folder" && node.kind === "folder") throw errno("ENOTDIR", "rename", to);
    this.mayWrite("rename", to);
    if (there !== undefined) this.drop(there, goal.folder);
    // One entry of the journal: both names change, or none.
    const at = this.pending.length;
    this.link(goal.folder, goal.name, node);
    this.link(source.folder, source.name, undefined);
    const both = this.pending.splice(at).reverse();
    this.pending.push({ of: goal.folder, undo: () => both.forEach(({ undo }) => undo()) });
    this.onRename(to, node);
  }

  unlink(file: string): void {
    const { folder, name } = this.parent(file, "unlink");
    const node = folder.entries.get(name);
    if (node === undefined) throw errno("ENOENT", "unlink", file);
    if (node.kind === "folder") throw errno("EISDIR", "unlink", file);
    this.mayWrite("unlink", file);
    this.link(folder, name, undefined);
    this.drop(node, folder);
  }

  removeFolder(file: string): void {
    const { folder, name } = this.parent(file, "rmdir");
    const node = folder.entries.get(name);
    if (node === undefined) throw errno("ENOENT", "rmdir", file);
    if (node.kind !== "folder") throw errno("ENOTDIR", "rmdir", file);
    if (node.entries.size > 0) throw errno("ENOTEMPTY", "rmdir", file);
    this.mayWrite("rmdir", file);
    this.link(folder, name, undefined);
  }

  hardLink(from: string, to: string): void {
    const node = this.find(from, false);
    if (node === undefined) throw errno("ENOENT", "link", from);
    const { folder, name } = this.parent(to, "link");
    if (folder.entries.has(name)) throw errno("EEXIST", "link", to);
    this.mayWrite("link", to);
    this.link(folder, name, node);
    node.names += 1;
    this.pending.push({ of: folder, undo: () => void (node.names -= 1) });
  }

  /** The power goes: the last names that were not flushed never were, contents that were not flushed are old or torn. */
  losePower(random: RandomStream): { names: number; contents: number } {
    const kept = new Map<Inode | undefined, number>();
    const lost = this.pending.filter(({ of }) => {
      const key = this.isLoose ? of : undefined;
      const count = this.pending.filter((each) => !this.isLoose || each.of === of).length;
      const left = kept.get(key) ?? random.whole(0, count);
      kept.set(key, left - 1);
      return left <= 0;
    });
    for (const { undo } of lost.reverse()) undo();
    this.pending = [];
    let contents = 0;
    for (const node of this.dirty) {
      const whole = node.content;
      const torn = whole.subarray(0, random.whole(0, whole.length));
      node.content = random.pick([
        whole,
        node.durable,
        torn,
        Buffer.concat([torn, Buffer.alloc(whole.length - torn.length)]),
      ]);
      if (node.content !== whole) contents += 1;
      node.durable = node.content;
    }
    this.dirty.clear();
    return { names: lost.length, contents };
  }

  /** The same tree on a disk of its own, all of it flushed. */
  copy(now: () => number): Disk {
    const copy = new Disk(now);
    const known = new Map<Inode, Inode>();
    const copied = (node: Inode): Inode => {
      const there = known.get(node);
      if (there !== undefined) return there;
      const entries = new Map<string, Inode>();
      copy.count += 1;
      const made: Inode = { ...node, ino: copy.count, durable: node.content, entries };
      known.set(node, made);
      for (const [name, inner] of node.entries) entries.set(name, copied(inner));
      return made;
    };
    for (const [name, node] of this.root.entries) copy.root.entries.set(name, copied(node));
    return copy;
  }
}
