/** This checkout's workflows and their scripts, as git names their content. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Folders whose files a repository with deployments has too. */
export const WORKFLOW_FOLDERS = [".github/workflows", ".github/scripts"] as const;

/** Git's object id of a file. @example gitBlob(Buffer.from("")) // "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" */
export const gitBlob = (content: Buffer): string =>
  createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");

/** Object ids by path from the checkout's root. */
export function checkoutFiles(root: string): Record<string, string> {
  const files = WORKFLOW_FOLDERS.flatMap((folder) => {
    const place = path.join(root, folder);
    return existsSync(place) ? readdirSync(place).map((name) => `${folder}/${name}`) : [];
  });
  return Object.fromEntries(files.sort().map((file) => [file, gitBlob(readFileSync(path.join(root, file)))]));
}
