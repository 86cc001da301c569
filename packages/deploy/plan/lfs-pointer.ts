/**
 * Pointers of Git LFS: small text files that stand in a commit for a large one. GitHub's archive of a commit has the
 * pointer, unless the repository includes LFS objects in its archives. Pure.
 */

/** A pointer is shorter than this, in bytes. Source: Git LFS, "Git LFS Specification". */
export const POINTER_BYTES = 1024;

const POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ .*\n)*oid sha256:[0-9a-f]{64}\nsize (\d+)\n/;

/**
 * Size in bytes of the file for which a pointer stands; undefined: it is no pointer.
 * @example pointedSize(Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:…\nsize 52428800\n"))
 */
export function pointedSize(content: Buffer): number | undefined {
  if (content.length >= POINTER_BYTES) return undefined;
  const [, size] = POINTER.exec(content.toString("latin1")) ?? [];
  return size === undefined ? undefined : Number(size);
}

/** What to do where pointers came instead of files. */
export const POINTERS_NEXT =
  "Next: in a workflow, turn on Settings > General > Archives > Include Git LFS objects in archives; in a clone, git lfs " +
  "pull (docs/how-to/workflows.md#files-of-the-commit)";

/** Says that a pointer is where a file should be; undefined: it is none. @param file as the message names it */
export function pointerProblem(file: string, content: Buffer): string | undefined {
  const size = pointedSize(content);
  return size === undefined
    ? undefined
    : `${file} is a pointer of Git LFS, for a file of ${size} bytes. Expected the file itself. Nothing was changed. ${POINTERS_NEXT}`;
}
