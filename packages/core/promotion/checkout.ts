import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";

/** What a git checkout holds. */
export interface Checkout {
  /**
   * Commit, with `+` and a digest if tracked files are changed. Stack files (`Pulumi.<stack>.yaml`) do not count: the
   * settings that two stacks must share are compared separately.
   */
  readonly id: string;
  /** Tracked files that are changed, stack files included. */
  readonly changed: readonly string[];
}

function git(folder: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  throw new Error(
    `git ${args[0]} failed in ${folder}: ${error?.message ?? stderr.trim()}. ` +
      "Expected a git checkout, because a promotion is for one commit. Next: clone the repository and run it there",
  );
}

/** @throws Error outside a git checkout */
export function readCheckout(folder: string): Checkout {
  const commit = git(folder, "rev-parse", "HEAD").trim();
  const changed = git(folder, "diff", "HEAD", "--name-only")
    .split("\n")
    .filter((line) => line !== "");
  if (changed.length === 0) return { id: commit, changed };
  const difference = git(folder, "diff", "HEAD", "--binary", "--", ".", ":(exclude)Pulumi.*.yaml");
  const mark = createHash("sha256").update(difference).digest("hex").slice(0, 12);
  return { id: difference === "" ? commit : `${commit}+${mark}`, changed };
}
