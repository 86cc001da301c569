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
