import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Seed } from "../seed";

/** The folders that the seed names as content of the default branch. */
export type SeedFolders = Pick<Seed, "workflowsDir" | "filesDir">;

/** A file that the seed puts on the default branch. */
export interface SeedFile {
  /** From the repository's root: `.github/workflows/deploy.yml`. */
  readonly path: string;
  readonly mode: "100644" | "100755" | "120000";
  /** Changes with the file's content, without a look into it. */
  readonly stamp: string;
  readonly read: () => Buffer;
}

/** Every file of the seed, by path: what is below .github, and the further files laid over it. */
export function seedFiles({ workflowsDir, filesDir }: SeedFolders): ReadonlyMap<string, SeedFile> {
  const files = [
    ...filesBelow(path.dirname(workflowsDir), ".github"),
    ...(filesDir === undefined ? [] : filesBelow(filesDir, "")),
  ];
  return new Map(files.map((file) => [file.path, file]));
}

function filesBelow(folder: string, at: string): SeedFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): SeedFile[] => {
    const absolute = path.join(folder, entry.name);
    const inside = path.posix.join(at, entry.name);
    if (entry.name === ".git") return [];
    if (entry.isDirectory()) return filesBelow(absolute, inside);
    if (!entry.isFile() && !entry.isSymbolicLink()) return [];
    const { size, mtimeMs, ino, mode } = lstatSync(absolute);
    const isProgram = (mode & 0o100) !== 0;
    return [
      {
        path: inside,
        mode: entry.isSymbolicLink() ? "120000" : isProgram ? "100755" : "100644",
        stamp: [inside, size, mtimeMs, ino, mode].join(" "),
        read: () => (entry.isSymbolicLink() ? Buffer.from(readlinkSync(absolute)) : readFileSync(absolute)),
      },
    ];
  });
}

/** Git's object id of a file's content. */
export const gitBlob = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
