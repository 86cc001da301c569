/**
 * A file system in memory that forgets in a power cut what was not flushed: contents of files, and names and modes. An
 * ordered one keeps names in the order in which they were changed, and all of them at any flush, as ext4 and XFS do; a
 * loose one keeps of each folder what was flushed of that folder, which is all that POSIX promises.
 */
import { errno, newNode, type Inode, DiskTree } from "./disk-tree";
import type { RandomStream } from "./random";
import { UnflushedChanges } from "./unflushed";

/** Temporary faults of a disk. */
export interface DiskFaults {
  /** Nothing more can be written. */
  full: boolean;
  readOnly: boolean;
  /** Share of the calls that fail with EIO. */
  broken: number;
}

const BLOCK = 4096;
const blocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

export class Disk extends DiskTree {
  readonly troubles: DiskFaults = { full: false, readOnly: false, broken: 0 };
  /** Called after every rename, which is how a file that is written atomically gets its new content. */
  onRename: (to: string, node: Inode) => void = () => undefined;
  /** Bytes that are left while it is full: what is removed meanwhile is there again. */
  private free = 0;
  private count = 0;
  private readonly unflushed = new UnflushedChanges();

  constructor(private readonly now: () => number) {
    super();
  }

  /** See {@link UnflushedChanges.isLoose}. */
  set isLoose(isLoose: boolean) {
    this.unflushed.isLoose = isLoose;
  }

  private mayWrite(call: string, file: string, grows = 0): void {
    if (this.troubles.readOnly) throw errno("EROFS", call, file);
    if (this.troubles.full && grows > this.free) throw errno("ENOSPC", call, file);
  }

  /** Fills it up, except for so many bytes. */
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
    this.unflushed.changed(folder, undo);
  }

  private drop(node: Inode, folder: Inode): void {
    node.names -= 1;
    this.unflushed.changed(folder, () => void (node.names += 1));
    if (node.names === 0 && node.kind === "file") this.free += blocks(node.content.length);
  }

  create(file: string, kind: Inode["kind"], mode: number, target = ""): Inode {
    const { folder, name } = this.parent(file, "open");
    if (folder.entries.has(name)) throw errno("EEXIST", "open", file);
    this.mayWrite("open", file, kind === "link" ? 0 : 1);
    const node = newNode((this.count += 1), kind, mode, this.now(), target);
    this.link(folder, name, node);
    return node;
  }

  write(node: Inode, content: Buffer, file: string): void {
    const grows = blocks(content.length) - blocks(node.content.length);
    this.mayWrite("write", file, grows);
    this.free -= grows;
    node.content = content;
    node.mtimeMs = this.now();
    this.unflushed.written(node);
  }

  flush(node: Inode, file: string): void {
    this.mayWrite("fsync", file);
    this.unflushed.flush(node);
  }

  flushAll(): void {
    this.unflushed.flushAll();
  }

  change(node: Inode, change: Partial<Pick<Inode, "mode" | "uid" | "gid">>, file: string): void {
    this.mayWrite("chmod", file);
    const { mode, uid, gid } = node;
    Object.assign(node, change);
    this.unflushed.changed(node, () => void Object.assign(node, { mode, uid, gid }));
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
    // Both names change, or none.
    this.unflushed.together(goal.folder, () => {
      this.link(goal.folder, goal.name, node);
      this.link(source.folder, source.name, undefined);
    });
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
    this.unflushed.changed(folder, () => void (node.names -= 1));
  }

  /**
   * A power cut: names that were not flushed are lost, contents that were not flushed are the old ones or incomplete.
   */
  losePower(random: RandomStream): { names: number; contents: number } {
    return this.unflushed.losePower(random);
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
