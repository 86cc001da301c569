/** Pointers of Git LFS in a release: whoever built it had them instead of the files. */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { pointedSize, POINTER_BYTES } from "../plan/lfs-pointer";

/** Files that a message names. */
const NAMED = 5;

/** Paths of the pointers in a folder that root alone can change. */
function pointersIn(folder: string): string[] {
  const found: string[] = [];
  const look = (relative: string): void => {
    for (const entry of readdirSync(path.join(folder, relative), { withFileTypes: true })) {
      const inner = path.join(relative, entry.name);
      const file = path.join(folder, inner);
      if (entry.isDirectory()) look(inner);
      else if (entry.isFile() && lstatSync(file).size < POINTER_BYTES && pointedSize(readFileSync(file)) !== undefined)
        found.push(inner);
    }
  };
  look("");
  return found.sort();
}

/** @throws Error that names the files if the unpacked artefact has pointers of Git LFS */
export function refusePointers(folder: string): void {
  const found = pointersIn(folder);
  if (found.length === 0) return;
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : "";
  throw new Error(
    `${found.slice(0, NAMED).join(", ")}${more} in the artefact ${found.length === 1 ? "is a pointer" : "are pointers"} of ` +
      `Git LFS. Expected the files themselves. Next: build the artefact where git lfs pull has fetched them`,
  );
}
