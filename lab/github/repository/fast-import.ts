/** One file of a commit; undefined content removes it. */
export interface FileChange {
  readonly path: string;
  readonly mode: string;
  readonly content: Buffer | undefined;
}

/** A commit that is made without a work tree. */
export interface CommitPlan {
  /** Every ref gets a commit of its own with the same changes. */
  readonly refs: readonly { readonly name: string; readonly parent: string | undefined }[];
  readonly changes: readonly FileChange[];
  readonly author: string;
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const data = (content: Buffer): Buffer => Buffer.concat([Buffer.from(`data ${content.length}\n`), content, newline]);
const newline = Buffer.from("\n");

/** The plan as `git fast-import` reads it: one process makes every object and moves every ref. */
export function fastImport({ refs, changes, author, message, now }: CommitPlan): Buffer {
  const blobs = changes.flatMap(({ content }, index) =>
    content === undefined ? [] : [Buffer.from(`blob\nmark :${index + 1}\n`), data(content)],
  );
  const lines = changes.map(({ path, mode, content }, index) =>
    content === undefined ? `D ${quoted(path)}\n` : `M ${mode} :${index + 1} ${quoted(path)}\n`,
  );
  const person = `${author} <${author}@users.noreply.example.invalid> ${Math.floor(now / 1000)} +0000`;
  const commits = refs.flatMap(({ name, parent }) => [
    Buffer.from(`commit ${name}\ncommitter ${person}\n`),
    data(Buffer.from(message)),
    Buffer.from(`${parent === undefined ? "" : `from ${parent}\n`}${lines.join("")}\n`),
  ]);
  return Buffer.concat([...blobs, ...commits]);
}

const quoted = (path: string): string =>
  `"${path.replace(/["\\]/g, (character) => `\\${character}`).replaceAll("\n", "\\n")}"`;
