/** The archive of the default branch, as GitHub makes it: by git, which honours export-ignore in .gitattributes. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Branch } from "./workflow-files";

/** Nothing of the user's own git settings. */
const environment = { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };

/**
 * A gzipped tar file with one folder that holds every file of the branch.
 * @param folder name of that folder @throws Error when git is missing
 */
export function archiveOf({ workflowsDir, filesDir }: Branch, folder: string): Buffer {
  const work = mkdtempSync(path.join(tmpdir(), "github-archive-"));
  const tree = path.join(work, "tree");
  const git = (...args: string[]): Buffer =>
    execFileSync("git", ["--git-dir", path.join(work, "git"), "--work-tree", tree, ...args], {
      env: environment,
      maxBuffer: 64 * 2 ** 20,
      stdio: ["ignore", "pipe", "pipe"],
    });
  try {
    cpSync(path.dirname(workflowsDir), path.join(tree, ".github"), { recursive: true });
    if (filesDir !== undefined && existsSync(filesDir)) cpSync(filesDir, tree, { recursive: true });
    git("init", "--quiet");
    git("add", "--all", "--force", ".");
    const id = git("write-tree").toString().trim();
    // Without a work tree git reads the attributes from the archived tree, as it does on a server.
    return execFileSync(
      "git",
      ["--git-dir", path.join(work, "git"), "archive", "--format=tar.gz", `--prefix=${folder}/`, id],
      { env: environment, maxBuffer: 64 * 2 ** 20 },
    );
  } finally {
    rmSync(work, { recursive: true });
  }
}
