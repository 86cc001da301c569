import { readFileSync } from "node:fs";

/** What a lock file says, as JSON; undefined when its owner has removed it meanwhile. */
export function readLockFile<Lock>(file: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Lock;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
