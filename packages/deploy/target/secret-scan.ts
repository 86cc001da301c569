/**
 * Looks for secrets in what deployments leave behind: records and forensics (SC-004). It runs on the target, so that no
 * text has to leave it, and says where and of which kind, never what.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { redactions, toRegExp } from "@ghrunners/core/vocabulary/redaction";

/** A text that holds something with the form of a secret. */
export interface SecretFinding {
  /** File below the scanned folder's parent, such as `forensics/ID/journal.txt`. */
  readonly file: string;
  /** Kind by the list of redactions, such as `github-token`. */
  readonly kind: string;
}

export interface SecretScan {
  readonly files: number;
  readonly findings: readonly SecretFinding[];
}

const patterns = redactions.map(({ name, pattern }) => ({ kind: name, form: toRegExp(pattern) }));

/** Kinds of secrets whose form is found in a text. */
export function secretsIn(text: string): string[] {
  return [...new Set(patterns.filter(({ form }) => form.test(text)).map(({ kind }) => kind))];
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(file);
      return entry.isFile() ? [file] : [];
    })
    .sort();
}

/** @param folders with one parent; one that is not there holds nothing */
export function scanFolders(folders: readonly string[]): SecretScan {
  const files = folders.flatMap((folder) => filesBelow(folder).map((file) => ({ file, parent: path.dirname(folder) })));
  const findings = files.flatMap(({ file, parent }) =>
    secretsIn(readFileSync(file, "utf8")).map((kind) => ({ file: path.relative(parent, file), kind })),
  );
  return { files: files.length, findings };
}
