import { createHash } from "node:crypto";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";

/** What the checkout holds. */
export interface Checkout {
  /** Commit, with `+` and a digest where something is not committed. */
  readonly id: string;
  readonly committed: boolean;
}

async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess(["git", ...args], { cwd: projectRoot, env: process.env });
  if (code !== 0) {
    throw new Error(
      `git ${args[0]} failed: ${stderr.trim()}. A promotion needs to know the commit. Next: run it in a git checkout, or set GITHUB_SHA`,
    );
  }
  return stdout;
}

/**
 * GITHUB_SHA, which GitHub Actions sets for the commit that it checked out; else what git says.
 * @throws Error outside of a git checkout
 */
export async function checkout(env: NodeJS.ProcessEnv = process.env): Promise<Checkout> {
  if (env.GITHUB_SHA) return { id: env.GITHUB_SHA, committed: true };
  const commit = (await git("rev-parse", "HEAD")).trim();
  const changed = await git("status", "--porcelain");
  if (changed === "") return { id: commit, committed: true };
  const digest = createHash("sha256")
    .update(changed)
    .update(await git("diff", "HEAD"))
    .digest("hex");
  return { id: `${commit}+${digest.slice(0, 12)}`, committed: false };
}
