import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Nothing of the user's own git settings. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
};

const mostOutput = 256 * 2 ** 20;
/** The largest pack that a push may bring, in bytes. GitHub's limit is 2 GiB. */
export const largestPush = 32 * 2 ** 20;

/** As at GitHub: every commit can be asked for, and refs of pull requests can be fetched, but not pushed. */
const settings = `[core]
	repositoryformatversion = 0
	bare = true
	fsync = none
[gc]
	auto = 0
[transfer]
	hideRefs = refs/lab
[receive]
	hideRefs = refs/pull
	maxInputSize = ${largestPush}
	fsckObjects = true
[uploadpack]
	allowAnySHA1InWant = true
	allowFilter = true
`;

/** A command of git that failed. */
export class GitError extends Error {
  constructor(
    message: string,
    /** Its exit code; null if a signal ended it. */
    readonly status: number | null,
  ) {
    super(message);
  }
}

/**
 * Runs one command of git on a bare repository and waits for it: it takes a few milliseconds.
 * @param input what the command reads from standard input
 * @param variables further variables of its environment
 * @throws GitError with git's message when the command fails; Error when git is missing
 */
export function git(
  folder: string,
  args: readonly string[],
  input: Buffer | string = "",
  variables: Readonly<Record<string, string>> = {},
): Buffer {
  try {
    return execFileSync("git", ["--git-dir", folder, ...args], {
      env: { ...gitEnvironment, ...variables },
      input,
      maxBuffer: mostOutput,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } catch (error) {
    const { stderr, code, status, message } = error as {
      stderr?: Buffer;
      code?: string;
      status?: number;
      message: string;
    };
    if (code === "ENOENT") throw new Error("The lab's GitHub needs git. Expected the Debian package git.");
    throw new GitError(`git ${args[0] ?? ""}: ${stderr?.toString("utf8").trim() ?? message}`, status ?? null);
  }
}

/**
 * Makes the bare repository if it is missing. `git http-backend` serves no folder without the file that is written
 * last.
 */
export function ensureRepository(folder: string, defaultBranch: string): void {
  const ready = path.join(folder, "git-daemon-export-ok");
  if (existsSync(ready)) return;
  for (const below of ["objects", "refs", "hooks"])
    mkdirSync(path.join(folder, below), { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, "config"), settings);
  writeFileSync(path.join(folder, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  copyFileSync(path.join(__dirname, "update-hook.sh"), path.join(folder, "hooks", "update"));
  writeFileSync(ready, "");
}

/** The lines of a command's output. */
export const linesOf = (output: Buffer): string[] =>
  output
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
