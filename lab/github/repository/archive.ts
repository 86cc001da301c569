import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { git } from "./git";

/** What an archive is made of. */
export interface ArchiveOptions {
  readonly commit: string;
  /** Name of the one folder in the archive. */
  readonly prefix: string;
  readonly defaultBranch: string;
  /** Id by name of the refs that clients see: `refs/tags/v1`. */
  readonly refs: ReadonlyMap<string, { readonly sha: string }>;
}

/**
 * A gzipped tar file with one folder, as `git archive` makes it and so GitHub: files with export-ignore are left out, in
 * those with export-subst `$Format:…$` is filled in, and pointers of Git LFS stay pointers. Sources: gitattributes(5),
 * "Creating an archive"; GitHub, "Managing Git LFS objects in archives of your repository" (by default, only pointers).
 * `$Format:%D$` names refs, and git has no option that hides one there: so it looks at the repository's objects through
 * an empty repository that has only the refs that clients see.
 * @param repository the bare repository
 */
export function archiveOf(repository: string, { commit, prefix, defaultBranch, refs }: ArchiveOptions): Buffer {
  const view = mkdtempSync(path.join(tmpdir(), "ghr-archive-"));
  try {
    mkdirSync(path.join(view, "refs"));
    writeFileSync(path.join(view, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
    writeFileSync(path.join(view, "packed-refs"), [...refs].map(([name, { sha }]) => `${sha} ${name}\n`).join(""));
    const objects = { GIT_OBJECT_DIRECTORY: path.join(repository, "objects") };
    return git(view, ["archive", "--format=tar.gz", `--prefix=${prefix}/`, commit], "", objects);
  } finally {
    rmSync(view, { recursive: true });
  }
}
