import path from "node:path";
import { timestamp } from "../clock";
import { archiveOf } from "./archive";
import { git, GitError, linesOf } from "./git";
import { SeedBranch, type SeedBranchOptions } from "./seed-branch";

/** A ref of the repository, as `refs/heads/main`. */
export interface Ref {
  readonly name: string;
  /** What it points to: a commit, or the object of an annotated tag. */
  readonly sha: string;
  readonly type: string;
  /** The commit in the end. */
  readonly commit: string;
}

export interface Commit {
  readonly sha: string;
  readonly treeSha: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** RFC 3339. */
  readonly date: string;
}

/** Something right below a folder of a commit, or a file itself. */
export interface TreeEntry {
  readonly path: string;
  readonly type: "file" | "dir" | "symlink" | "submodule";
  readonly sha: string;
  /** Bytes; 0 for what has no content of its own. */
  readonly size: number;
}

export interface WorkflowFile {
  readonly name: string;
  /** `.github/workflows/NAME` */
  readonly path: string;
  readonly content: Buffer;
}

/**
 * The repository of the emulator: a bare one of git in the state folder, to which clients push. What changes in the
 * seed's folders becomes a commit of the default branch when the repository is looked at next; what was pushed stays.
 */
export class GitRepository {
  /** The bare repository. */
  readonly folder: string;
  private readonly seed: SeedBranch;
  private known: ReadonlyMap<string, Ref> | undefined;
  private readonly commits = new Map<string, Commit>();
  private readonly workflows = new Map<string, readonly WorkflowFile[]>();

  /** @param stateFolder where the repository is made at its first use, if it is missing */
  constructor(
    stateFolder: string,
    private readonly options: SeedBranchOptions,
  ) {
    this.folder = path.join(stateFolder, "repository.git");
    this.seed = new SeedBranch(this.folder, options);
  }

  /** Every ref that clients see, by name. */
  refs(): ReadonlyMap<string, Ref> {
    if (this.seed.update()) this.known = undefined;
    this.known ??= this.readRefs();
    return this.known;
  }

  /** To be called after git moved refs in another process. */
  changed(): void {
    this.known = undefined;
  }

  /** The commit at the head of the default branch. */
  head(): string {
    const commit = this.branch(this.options.defaultBranch)?.commit;
    if (commit === undefined) throw new Error(`${this.folder} has no branch ${this.options.defaultBranch}.`);
    return commit;
  }

  branch(name: string): Ref | undefined {
    return this.refs().get(`refs/heads/${name}`);
  }

  /** The branch or else the tag that a client means: `main`, `v1`, `heads/main`, `refs/tags/v1`. */
  named(name: string): Ref | undefined {
    const refs = this.refs();
    return ["refs/heads/", "refs/tags/", "refs/", ""].flatMap((start) => refs.get(`${start}${name}`) ?? [])[0];
  }

  /** The commit that a client means by a branch, a tag or a commit's id. */
  resolve(ref: string): string | undefined {
    return this.named(ref)?.commit ?? this.commit(ref)?.sha;
  }

  /** @param sha the whole id */
  commit(sha: string): Commit | undefined {
    if (!/^[0-9a-f]{40}$/.test(sha)) return undefined;
    const commit = this.commits.get(sha) ?? this.readCommit(sha);
    if (commit !== undefined) this.commits.set(sha, commit);
    return commit;
  }

  /** A commit and those before it, newest first. */
  history(sha: string, most: number): readonly string[] {
    return linesOf(this.git("rev-list", `--max-count=${most}`, sha));
  }

  /** The file, the folder's entries if it is one (the root is ""), or undefined. */
  look(commit: string, wanted: string): TreeEntry | readonly TreeEntry[] | undefined {
    if (wanted === "") return this.entries(commit, []);
    const [found] = this.entries(commit, ["--", wanted]);
    if (found?.path !== wanted) return undefined;
    return found.type === "dir" ? this.entries(commit, ["--", `${wanted}/`]) : found;
  }

  content(blob: string): Buffer {
    return this.git("cat-file", "blob", blob);
  }

  /** The workflow files of a commit, by name. */
  workflowFiles(commit: string): readonly WorkflowFile[] {
    const known = this.workflows.get(commit) ?? this.readWorkflows(commit);
    this.workflows.set(commit, known);
    return known;
  }

  /** A gzipped tar file with one folder that holds the commit's files ({@link archiveOf}). */
  archive(commit: string, prefix: string): Buffer {
    const { defaultBranch } = this.options;
    return archiveOf(this.folder, { commit, prefix, defaultBranch, refs: this.refs() });
  }

  /** Whether the first commit is the second one, or came before it. */
  isAncestor(earlier: string, later: string): boolean {
    return this.asks("merge-base", "--is-ancestor", earlier, later) !== undefined;
  }

  /** A commit that merges two others, without a branch; undefined where they conflict. */
  merge(base: string, head: string, message: string): string | undefined {
    const [tree] = linesOf(this.asks("merge-tree", "--write-tree", base, head) ?? Buffer.alloc(0));
    if (tree === undefined) return undefined;
    const { owner } = this.options;
    const author = ["-c", `user.name=${owner}`, "-c", `user.email=${owner}@users.noreply.example.invalid`];
    const commit = ["commit-tree", tree, "-p", base, "-p", head, "-m", message];
    return linesOf(this.git(...author, ...commit))[0];
  }

  /** Points refs to commits; undefined removes one. */
  point(refs: Readonly<Record<string, string | undefined>>): void {
    for (const [name, sha] of Object.entries(refs))
      this.git("update-ref", ...(sha === undefined ? ["-d", name] : [name, sha]));
    this.changed();
  }

  /** A command whose exit code 1 means no. */
  private asks(...args: string[]): Buffer | undefined {
    try {
      return this.git(...args);
    } catch (error) {
      if (error instanceof GitError && error.status === 1) return undefined;
      throw error;
    }
  }

  private git(...args: string[]): Buffer {
    if (this.seed.update()) this.known = undefined;
    return git(this.folder, args);
  }

  private entries(commit: string, below: readonly string[]): TreeEntry[] {
    const listed = this.git("ls-tree", "-z", "--long", commit, ...below).toString("utf8");
    return listed.split("\0").flatMap((line) => {
      const [, mode, type, sha, size, name] = /^(\d+) (\w+) (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      if (mode === undefined || type === undefined || sha === undefined || name === undefined) return [];
      const kind = mode === "120000" ? "symlink" : type === "tree" ? "dir" : type === "commit" ? "submodule" : "file";
      return [{ path: name, type: kind, sha, size: Number(size) || 0 }];
    });
  }

  private readWorkflows(commit: string): readonly WorkflowFile[] {
    return this.entries(commit, ["--", ".github/workflows/"]).flatMap(({ path: file, type, sha }) => {
      if (type !== "file" || !/\.ya?ml$/.test(file)) return [];
      return [{ name: path.posix.basename(file), path: file, content: this.content(sha) }];
    });
  }

  private readRefs(): ReadonlyMap<string, Ref> {
    const format = "%(refname) %(objectname) %(objecttype) %(*objectname)";
    const found = linesOf(this.git("for-each-ref", `--format=${format}`)).flatMap((line): Ref[] => {
      const [name = "", sha = "", type = "", peeled = ""] = line.split(" ");
      return name.startsWith("refs/lab/") ? [] : [{ name, sha, type, commit: peeled === "" ? sha : peeled }];
    });
    return new Map(found.map((ref) => [ref.name, ref]));
  }

  private readCommit(sha: string): Commit | undefined {
    let text: string;
    try {
      const format = ["%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x00");
      text = this.git("show", "--no-patch", `--format=${format}`, `${sha}^{commit}`).toString("utf8");
    } catch {
      // git says the same of an id that it does not know and of one that is no commit.
      return undefined;
    }
    const [treeSha = "", parents = "", ...rest] = text.split("\0");
    const [authorName = "", authorEmail = "", authorDate = "", name = "", email = "", date = "", message = ""] = rest;
    return {
      sha,
      treeSha,
      parents: parents.split(" ").filter((parent) => parent !== ""),
      author: { name: authorName, email: authorEmail, date: timestamp(Date.parse(authorDate)) },
      committer: { name, email, date: timestamp(Date.parse(date)) },
      message: message.trimEnd(),
    };
  }
}
