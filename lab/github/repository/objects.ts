import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { git } from "./git";
import type { GitRepository, Signature } from "./repository";

/** One change of a tree: a file or folder by its object, or its removal where there is none. */
export interface TreeChange {
  readonly path: string;
  readonly mode: string;
  readonly sha: string | null;
}

/** A commit as it is written. */
export interface NewCommit {
  readonly message: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
}

const NO_OBJECT = "0".repeat(40);
const WORKFLOWS = ".github/workflows";

/** Objects of the repository that clients write one by one, before a ref points to them. */
export class GitObjects {
  constructor(private readonly repository: Pick<GitRepository, "folder" | "refs">) {}

  private git(args: readonly string[], input: Buffer | string = "", variables: Record<string, string> = {}): string {
    // Makes the repository at its first use.
    this.repository.refs();
    return git(this.repository.folder, args, input, variables).toString("utf8");
  }

  /** What an object is; undefined if there is none with this id. */
  typeOf(sha: string): string | undefined {
    if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
    const answer = this.git(["cat-file", "--batch-check=%(objecttype)"], `${sha}\n`).trim();
    return answer.endsWith("missing") ? undefined : answer;
  }

  /** @returns its id */
  blob(content: Buffer): string {
    return this.git(["hash-object", "-w", "--stdin"], content).trim();
  }

  /** The tree with changes; every object of them exists. @returns its id */
  tree(base: string | undefined, changes: readonly TreeChange[]): string {
    const work = mkdtempSync(path.join(tmpdir(), "lab-github-index-"));
    const index = { GIT_INDEX_FILE: path.join(work, "index") };
    const run = (args: readonly string[], input = ""): string => this.git(args, input, index);
    try {
      run(base === undefined ? ["read-tree", "--empty"] : ["read-tree", base]);
      for (const { path: name, sha } of changes.filter(({ mode }) => mode === "040000"))
        if (sha !== null) run(["read-tree", `--prefix=${name}/`, sha]);
      const lines = changes
        .filter(({ mode, sha }) => mode !== "040000" || sha === null)
        .map(({ path: name, mode, sha }) => (sha === null ? `0 ${NO_OBJECT}\t${name}` : `${mode} ${sha}\t${name}`));
      run(["update-index", "-z", "--index-info"], lines.map((line) => `${line}\0`).join(""));
      return run(["write-tree"]).trim();
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }

  /** What is right below a tree. */
  entries(tree: string): { path: string; mode: string; type: string; sha: string; size?: number }[] {
    return this.git(["ls-tree", "-z", "--long", tree])
      .split("\0")
      .flatMap((line) => {
        const [, mode, type, sha, size, name] = /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
        if (mode === undefined || type === undefined || sha === undefined || name === undefined) return [];
        return [{ path: name, mode, type, sha, ...(size === "-" ? {} : { size: Number(size) }) }];
      });
  }

  /** @returns its id */
  commit({ message, tree, parents, author, committer }: NewCommit): string {
    const variables = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: author.date,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: committer.date,
    };
    const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
    return this.git(args, message, variables).trim();
  }

  /** What a tree, or the tree of a commit, has below .github/workflows, as text to compare. */
  workflowsOf(treeish: string | undefined): string {
    return treeish === undefined ? "" : this.git(["ls-tree", "-r", treeish, "--", WORKFLOWS]);
  }
}
