import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { writeWhole } from "@ghrunners/core/whole-file";

const LARGEST = 256 * 1024 * 1024;

/** A text of the archive. */
export interface ArchiveFile {
  /** Path in the archive. */
  readonly file: string;
  readonly text: string;
}

/**
 * Writes a .tar.gz that only its owner can read, whole or not at all.
 * @param folder name of the one folder in it
 */
export async function writeArchive(output: string, folder: string, files: readonly ArchiveFile[]): Promise<void> {
  const temporary = mkdtempSync(path.join(tmpdir(), "ghrunners-support-"));
  try {
    chmodSync(temporary, 0o700);
    for (const { file, text } of files) {
      const place = path.join(temporary, folder, file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, text, { mode: 0o600 });
    }
    const { stdout } = await promisify(execFile)("tar", ["-czf", "-", "-C", temporary, folder], {
      encoding: "buffer",
      maxBuffer: LARGEST,
    });
    writeWhole(output, stdout, { mode: 0o600 });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
