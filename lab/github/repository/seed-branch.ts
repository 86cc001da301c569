import { fastImport, type FileChange } from "./fast-import";
import { ensureRepository, git, linesOf } from "./git";
import { gitBlob, seedFiles, type SeedFolders } from "./seed-files";

export interface SeedBranchOptions {
  readonly folders: SeedFolders;
  readonly defaultBranch: string;
  /** Author of the commits. */
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Where the seed's files stand by themselves; hidden from clients. */
const seedRef = "refs/lab/seed";

/** Brings what changes in the seed's folders to the default branch. */
export class SeedBranch {
  private stamp: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly options: SeedBranchOptions,
    private readonly list: typeof seedFiles = seedFiles,
  ) {}

  /**
   * Commits what changed since the last time, file by file, on top of what was pushed. Looks at names, sizes and times
   * of the files first: where they are the same, no process is started. A folder that is being replaced at this moment
   * is taken over at the next look.
   * @returns whether the branch moved
   */
  update(): boolean {
    try {
      return this.take();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || this.stamp === undefined) throw error;
      return false;
    }
  }

  private take(): boolean {
    const files = this.list(this.options.folders);
    const stamp = [...files.values()].map((file) => file.stamp).join("\n");
    if (stamp === this.stamp) return false;
    ensureRepository(this.folder, this.options.defaultBranch);
    const refs = [`refs/heads/${this.options.defaultBranch}`, seedRef].map((name) => ({
      name,
      parent: linesOf(git(this.folder, ["for-each-ref", "--format=%(objectname)", name]))[0],
    }));
    const before = this.listed(refs[1]?.parent);
    const changes: FileChange[] = [...before.keys()]
      .filter((file) => !files.has(file))
      .map((file) => ({ path: file, mode: "", content: undefined }));
    for (const { path, mode, read } of files.values()) {
      const content = read();
      if (before.get(path) !== `${mode} ${gitBlob(content)}`) changes.push({ path, mode, content });
    }
    const moves = changes.length > 0 || refs[0]?.parent === undefined;
    if (moves) {
      const { owner, now } = this.options;
      const plan = { refs, changes, author: owner, message: "Take over the seed's files\n", now: now() };
      git(this.folder, ["fast-import", "--quiet"], fastImport(plan));
    }
    this.stamp = stamp;
    return moves;
  }

  /** Mode and id of every file, by path. */
  private listed(commit: string | undefined): ReadonlyMap<string, string> {
    if (commit === undefined) return new Map();
    const output = git(this.folder, ["ls-tree", "-r", "-z", commit]).toString("utf8");
    const entries = output.split("\0").flatMap((line): [string, string][] => {
      const [, mode, sha, file] = /^(\d+) blob (\w+)\t(.*)$/s.exec(line) ?? [];
      return mode === undefined || sha === undefined || file === undefined ? [] : [[file, `${mode} ${sha}`]];
    });
    return new Map(entries);
  }
}
