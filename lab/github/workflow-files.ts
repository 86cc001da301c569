import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { Seed } from "./seed";

export interface WorkflowFile {
  readonly name: string;
  /** `.github/workflows/NAME` */
  readonly path: string;
  readonly content: Buffer;
  /** Git's object id of the content. */
  readonly sha: string;
}

/** What the default branch consists of. */
export type Branch = Pick<Seed, "workflowsDir" | "filesDir">;

/** A file of the default branch, of which the emulator has what is below .github, and the seed's further files. */
export interface RepositoryFile {
  /** As `.github/scripts/x.mjs`. */
  readonly path: string;
  readonly content: Buffer;
  readonly sha: string;
}

/** @param file path from the repository's root @returns undefined where there is no such file */
export function repositoryFile({ workflowsDir, filesDir }: Branch, file: string): RepositoryFile | undefined {
  const github = path.dirname(workflowsDir);
  const laidOver = filesDir === undefined ? undefined : fileBelow(filesDir, file);
  const absolute = laidOver ?? fileBelow(github, path.relative(".github", file));
  if (absolute === undefined) return undefined;
  const content = readFileSync(absolute);
  return { path: path.normalize(file), content, sha: gitBlob(content) };
}

/** The files right below a folder of the default branch; empty where there is no such folder. */
export function folderFiles(branch: Branch, folder: string): RepositoryFile[] {
  const { workflowsDir, filesDir } = branch;
  const places = [
    path.join(path.dirname(workflowsDir), path.relative(".github", folder)),
    ...(filesDir === undefined ? [] : [path.join(filesDir, folder)]),
  ].filter((place) => existsSync(place) && statSync(place).isDirectory());
  const names = [...new Set(places.flatMap((place) => readdirSync(place)))].sort();
  return names.flatMap((name) => repositoryFile(branch, path.posix.join(folder, name)) ?? []);
}

function fileBelow(folder: string, file: string): string | undefined {
  const absolute = path.join(folder, file);
  const isBelow = absolute.startsWith(folder + path.sep);
  return isBelow && existsSync(absolute) && statSync(absolute).isFile() ? absolute : undefined;
}

const gitBlob = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

/** The workflow files of the default branch, by name; read from the folder at every call. */
export function workflowFiles({ workflowsDir, filesDir }: Branch): WorkflowFile[] {
  const folders = [workflowsDir, ...(filesDir === undefined ? [] : [path.join(filesDir, ".github/workflows")])];
  const files = new Map(folders.flatMap((folder) => namesIn(folder).map((name) => [name, path.join(folder, name)])));
  return [...files]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, file]) => {
      const content = readFileSync(file);
      return { name, path: `.github/workflows/${name}`, content, sha: gitBlob(content) };
    });
}

const namesIn = (folder: string): string[] =>
  existsSync(folder) && statSync(folder).isDirectory()
    ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))
    : [];

/** A stand-in for the commit at the head of the default branch: its id changes when a workflow file does. */
export function headCommit(seed: Branch): { sha: string; treeSha: string } {
  const hash = (text: string): string => createHash("sha1").update(text).digest("hex");
  const treeSha = hash(
    `tree ${workflowFiles(seed)
      .map(({ path: file, sha }) => `${sha} ${file}`)
      .join("\n")}`,
  );
  return { sha: hash(`commit ${treeSha}`), treeSha };
}
