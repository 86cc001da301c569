/** A file tree as the file system shows it, by other means than the agent's. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** Type, mode, owner, group, content and the other names of everything below some folders of a root. */
export function snapshot(root: string, folders: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const firstName = new Map<string, string>();
  const look = (relative: string): void => {
    const file = path.join(root, relative);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const node = `${stats.dev}.${stats.ino}`;
    if (!firstName.has(node)) firstName.set(node, relative);
    const owner = `${stats.uid}:${stats.gid}`;
    if (stats.isSymbolicLink()) found[relative] = `link ${owner} -> ${readlinkSync(file)}`;
    else if (stats.isDirectory()) {
      found[relative] = `folder ${(stats.mode & 0o7777).toString(8)} ${owner}`;
      for (const name of readdirSync(file).sort()) look(path.join(relative, name));
    } else {
      const text = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16);
      found[relative] = `file ${(stats.mode & 0o7777).toString(8)} ${owner} ${text} as ${firstName.get(node)}`;
    }
  };
  for (const folder of folders) look(folder);
  return found;
}

// Node has no word for extended attributes.
const python = (program: string, ...args: string[]): string =>
  execFileSync("python3", ["-I", "-c", program, ...args], { encoding: "utf8" });

/** Gives files, and links themselves, an extended attribute that only the root user sees. */
export function setAttributes(files: readonly string[]): void {
  const program = `
import os, sys
for file in sys.argv[1:]:
    os.setxattr(file, "trusted.ghrunners", file.encode(), follow_symlinks=False)`;
  python(program, ...files);
}

/** Extended attributes and access lists of everything below some folders of a root; what has none is left out. */
export function attributesBelow(root: string, folders: readonly string[]): Record<string, Record<string, string>> {
  const program = `
import json, os, sys
found = {}
root = sys.argv[1]
def look(file):
    names = os.listxattr(file, follow_symlinks=False)
    if names:
        found[os.path.relpath(file, root)] = {n: os.getxattr(file, n, follow_symlinks=False).hex() for n in sorted(names)}
for folder in sys.argv[2:]:
    for at, inner, files in os.walk(os.path.join(root, folder)):
        for name in ["."] + inner + files:
            look(os.path.join(at, name))
print(json.dumps(found))`;
  return JSON.parse(python(program, root, ...folders)) as Record<string, Record<string, string>>;
}
