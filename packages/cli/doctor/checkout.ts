/** This checkout's workflows and their scripts, as git names their content. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gitBlob } from "@ghrunners/core/github/git-blob";

/** Folders whose files a repository with deployments has too. */
export const WORKFLOW_FOLDERS = [".github/workflows", ".github/scripts"] as const;

/** Object ids by path from the checkout's root. */
export function checkoutFiles(root: string): Record<string, string> {
  const files = WORKFLOW_FOLDERS.flatMap((folder) => {
    const place = path.join(root, folder);
    return existsSync(place) ? readdirSync(place).map((name) => `${folder}/${name}`) : [];
  });
  return Object.fromEntries(files.sort().map((file) => [file, gitBlob(readFileSync(path.join(root, file)))]));
}
