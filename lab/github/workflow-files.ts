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

/** A file of the default branch, of which the emulator has what is below .github. */
export interface RepositoryFile {
  /** As `.github/scripts/x.mjs`. */
  readonly path: string;
  readonly content: Buffer;
  readonly sha: string;
}

/** @param file path from the repository's root @returns undefined where there is no such file */
export function repositoryFile({ workflowsDir }: Pick<Seed, "workflowsDir">, file: string): RepositoryFile | undefined {
  const folder = path.dirname(workflowsDir);
  const absolute = path.join(folder, path.relative(".github", file));
  const isBelow = absolute.startsWith(folder + path.sep);
  if (!isBelow || !existsSync(absolute) || !statSync(absolute).isFile()) return undefined;
  const content = readFileSync(absolute);
  return { path: path.join(".github", path.relative(folder, absolute)), content, sha: gitBlob(content) };
}

const gitBlob = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

/** The workflow files of the default branch, by name; read from the folder at every call. */
export function workflowFiles({ workflowsDir }: Pick<Seed, "workflowsDir">): WorkflowFile[] {
  if (!existsSync(workflowsDir) || !statSync(workflowsDir).isDirectory()) return [];
  return readdirSync(workflowsDir)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => {
      const content = readFileSync(path.join(workflowsDir, name));
      return { name, path: `.github/workflows/${name}`, content, sha: gitBlob(content) };
    });
}

/** A stand-in for the commit at the head of the default branch: its id changes when a workflow file does. */
export function headCommit(seed: Pick<Seed, "workflowsDir">): { sha: string; treeSha: string } {
  const hash = (text: string): string => createHash("sha1").update(text).digest("hex");
  const treeSha = hash(
    `tree ${workflowFiles(seed)
      .map(({ path: file, sha }) => `${sha} ${file}`)
      .join("\n")}`,
  );
  return { sha: hash(`commit ${treeSha}`), treeSha };
}
