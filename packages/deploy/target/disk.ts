/** How the agent writes and reads its own files: atomically, and without trusting what it finds. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { removeTemporaries, syncFolder, writeWhole } from "@ghrunners/core/whole-file";

/** Longest file that is accepted as one of the agent's. */
const LONGEST = 64 * 2 ** 20;

/** A folder at the path of a file of the agent's own is kept under another name. */
function setFolderAside(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory())
    renameSync(file, `${file}.folder-${randomBytes(4).toString("hex")}`);
}

/**
 * Makes a file of the agent's own that is empty, and says something by being there. It needs no temporary file, which a
 * kill before its renaming would leave behind where no guard looks yet.
 */
export function markOwn(file: string): void {
  setFolderAside(file);
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    rmSync(file, { force: true });
    closeSync(openSync(file, "wx", 0o600));
  }
  syncFolder(path.dirname(file));
}

/** `writeWhole` for a file of the agent's own. */
export function writeOwn(file: string, content: string | Buffer, mode = 0o600): void {
  setFolderAside(file);
  // A kill or a power cut during an earlier write may have left a temporary file.
  removeTemporaries(file);
  writeWhole(file, content, { mode });
}

export function removeDurably(file: string): void {
  rmSync(file, { recursive: true, force: true });
  if (existsSync(path.dirname(file))) syncFolder(path.dirname(file));
}

/** Result of reading a file. */
export type FileRead<Value> =
  | { readonly state: "missing" }
  | { readonly state: "read"; readonly value: Value }
  | { readonly state: "unreadable"; readonly file: string; readonly problem: string };

/** A problem as one line: a parser's quotation of a broken file may contain line ends and control characters. */
const inOneLine = (problem: string): string =>
  problem
    .replace(/\s+/g, " ")
    .replace(/\p{Cc}/gu, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`);

/** Follows no link and never blocks: a link, a pipe or a folder does not count as a file. */
function readText(file: string): FileRead<string> {
  const unreadable = (problem: string): FileRead<never> => ({ state: "unreadable", file, problem });
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { state: "missing" };
    return unreadable(code === "ELOOP" ? "it is a link" : message);
  }
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) return unreadable(found.isDirectory() ? "it is a folder" : "it is not an ordinary file");
    if (found.size === 0) return unreadable("it is empty");
    if (found.size > LONGEST) return unreadable(`it has ${found.size} bytes, expected at most ${LONGEST}`);
    return { state: "read", value: readFileSync(handle, "utf8") };
  } catch (error) {
    return unreadable((error as Error).message);
  } finally {
    closeSync(handle);
  }
}

/** @param parse throws if the value does not have the expected form */
export function readJson<Value>(file: string, parse: (value: unknown) => Value): FileRead<Value> {
  const text = readText(file);
  if (text.state !== "read") return text;
  try {
    return { state: "read", value: parse(JSON.parse(text.value)) };
  } catch (error) {
    return { state: "unreadable", file, problem: inOneLine((error as Error).message) };
  }
}
