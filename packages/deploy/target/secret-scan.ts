/**
 * Searches for secrets in the records and forensics of deployments (SC-004). It runs on the target, so that no text has
 * to leave it, and reports the file and kind, never the secret.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { redacted, redactions, withoutSecrets } from "@ghrunners/core/vocabulary/redaction";

/** A file that contains something that looks like a secret. */
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

/** How often a kind of secret was redacted in a text. */
const takenOut = (text: string, kind: string): number => text.split(redacted(kind)).length - 1;

const kinds = [...new Set(redactions.map(({ name }) => name))];

/** Kinds of secrets found in a text, also behind an escape: those that the redactor would redact. */
export function secretsIn(text: string): string[] {
  const clean = withoutSecrets(text);
  return clean === text ? [] : kinds.filter((kind) => takenOut(clean, kind) > takenOut(text, kind));
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

/** @param folders folders with one parent; a missing folder counts as empty */
export function scanFolders(folders: readonly string[]): SecretScan {
  const files = folders.flatMap((folder) => filesBelow(folder).map((file) => ({ file, parent: path.dirname(folder) })));
  const findings = files.flatMap(({ file, parent }) =>
    secretsIn(readFileSync(file, "utf8")).map((kind) => ({ file: path.relative(parent, file), kind })),
  );
  return { files: files.length, findings };
}
