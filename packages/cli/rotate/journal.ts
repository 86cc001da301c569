import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureUserFolder, stateFolder } from "@ghrunners/core/user-folders";
import { removeTemporaries, writeWhole } from "@ghrunners/core/whole-file";
import type { Stack } from "../pulumi/stack";

/**
 * What a rotation under way must remember. It contains the new private key, so the file has mode 0600 and is deleted at
 * the end.
 */
export interface RotationJournal {
  readonly privateKey: string;
  readonly published: boolean;
  readonly proven: boolean;
}

/** In the user's state folder; GHRUNNERS_STATE names another one. */
export function journalFile({ name, env }: Pick<Stack, "name" | "env">, secret: string): string {
  return path.join(stateFolder(env), "rotations", `${name.replace(/\//g, ".")}.${secret}.json`);
}

export function readJournal(file: string): RotationJournal | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RotationJournal) : undefined;
}

export function writeJournal(file: string, journal: RotationJournal): void {
  ensureUserFolder(path.dirname(file), "GHRUNNERS_STATE");
  writeWhole(file, JSON.stringify(journal));
}

export function removeJournal(file: string): void {
  rmSync(file, { force: true });
  // A command that was killed while it wrote the journal leaves a private key beside it.
  removeTemporaries(file);
}
