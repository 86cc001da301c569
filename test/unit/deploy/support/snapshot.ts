/** A file tree as the file system shows it, by other means than the agent's. */
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
