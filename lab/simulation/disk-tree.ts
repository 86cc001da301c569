/** The tree of a simulated disk: what is at a path, through links, and the errors of a file system. */

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

const NOTHING = Buffer.alloc(0);

/** A node without content. */
export const newNode = (ino: number, kind: Inode["kind"], mode: number, mtimeMs: number, target = ""): Inode => ({
  ino,
  kind,
  mode,
  uid: 0,
  gid: 0,
  names: 1,
  mtimeMs,
  content: NOTHING,
  durable: NOTHING,
  target,
  entries: new Map(),
});

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

const parts = (file: string): string[] => file.split("/").filter((part) => part !== "" && part !== ".");

export class DiskTree {
  readonly root: Inode = newNode(0, "folder", 0o755, 0);

  /** @param follow whether the last part may be a link @returns undefined where there is nothing */
  find(file: string, follow: boolean, depth = 0): Inode | undefined {
    if (depth > 20) throw errno("ELOOP", "stat", file);
    let at: Inode = this.root;
    const path = parts(file);
    for (let index = 0; index < path.length; index += 1) {
      if (at.kind !== "folder") return undefined;
      const next = at.entries.get(path[index] as string);
      if (next === undefined) return undefined;
      const last = index === path.length - 1;
      if (next.kind === "link" && (follow || !last)) {
        const base = next.target.startsWith("/") ? "" : `/${path.slice(0, index).join("/")}`;
        return this.find(
          [`${base}/${next.target}`, ...path.slice(index + 1)].join("/").replace(/[^/]+\/\.\.\//g, ""),
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
    const path = parts(file);
    for (let index = 1; index <= path.length; index += 1) {
      const node = this.find(`/${path.slice(0, index).join("/")}`, false);
      if (node?.kind !== "link") continue;
      const base = node.target.startsWith("/") ? "" : `/${path.slice(0, index - 1).join("/")}`;
      return this.real([`${base}/${node.target}`, ...path.slice(index)].join("/").replace(/[^/]+\/\.\.\//g, ""));
    }
    return `/${path.join("/")}`;
  }

  /** The folder of a path and its last part. @throws ENOENT or ENOTDIR */
  parent(file: string, call: string): { folder: Inode; name: string } {
    const path = parts(file);
    const name = path.pop();
    const folder = this.find(`/${path.join("/")}`, true);
    if (name === undefined || folder === undefined) throw errno("ENOENT", call, file);
    if (folder.kind !== "folder") throw errno("ENOTDIR", call, file);
    return { folder, name };
  }
}
