/**
 * Golden files: texts that change only on purpose. They are in test/unit/snapshots/files, one folder for each
 * test file: `help/example.txt` belongs to help.test.ts.
 */
import { structuredPatch } from "diff";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

const projectRoot = path.resolve(__dirname, "../../../..");
/** Lines of a difference that are shown: enough to see what it is, few enough to read. */
const SHOWN_LINES = 60;
const SHOWN_CHARACTERS = 200;

export interface GoldenFiles {
  readonly folder: string;
  /** Whether texts are written instead of compared. */
  readonly update: boolean;
  /** Names that were asked for. */
  readonly asked: Set<string>;
}

/** The golden files of the project. */
const projectFiles: GoldenFiles = {
  folder: path.resolve(__dirname, "../files"),
  update: process.env.UPDATE_SNAPSHOTS === "1",
  asked: new Set(),
};

const ownerOf = (name: string): string => name.split("/")[0] ?? "";

/** The command that accepts what a test file makes now. */
export const acceptCommand = (owner: string): string =>
  `UPDATE_SNAPSHOTS=1 npx mocha test/unit/snapshots/${owner}.test.ts`;

/** What no golden file may hold, because it is secret or differs between machines. */
const unfit: readonly (readonly [what: string, where: RegExp])[] = [
  ["a private key", /BEGIN [A-Z ]*PRIVATE KEY/],
  ["a GitHub token", /\b(ghp_|ghs_|github_pat_)[A-Za-z0-9_]{16,}/],
  ["a path of this checkout", new RegExp(escaped(projectRoot))],
  ["a path of this user's home", new RegExp(`${escaped(homedir())}/\\.`)],
  ["a temporary folder", /\/tmp\/\w+-[A-Za-z0-9]{6}\b/],
];

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Differing lines with their line numbers, `-` as the golden file has it, `+` as it is now. Pure. */
export function lineDifference(golden: string, text: string, shown = SHOWN_LINES): string {
  const { hunks } = structuredPatch("", "", golden, text, "", "", { context: 2 });
  const lines = hunks.flatMap(({ newStart, lines }) => [`line ${newStart}:`, ...lines]);
  const cut = lines.slice(0, shown).map((line) => {
    if (line.length <= SHOWN_CHARACTERS) return line;
    return `${line.slice(0, SHOWN_CHARACTERS)}... (${line.length} characters)`;
  });
  const hidden = lines.length - cut.length;
  return [...cut, ...(hidden > 0 ? [`... and ${hidden} more lines`] : [])].join("\n");
}

/**
 * Compares a text with its golden file, or writes the file where UPDATE_SNAPSHOTS is 1.
 * @param name path below the folder of golden files, its first part the name of the test file
 * @throws Error with the difference and the command that accepts the new text
 */
export function expectSnapshot(name: string, text: string, files: GoldenFiles = projectFiles): void {
  files.asked.add(name);
  const file = path.join(files.folder, name);
  const found = unfit.find(([, where]) => where.test(text));
  if (found !== undefined) {
    throw new Error(`The text for ${name} holds ${found[0]}. Expected a text that is the same on every machine.`);
  }
  // Editors and Git end a text file with a line end.
  const wanted = text.endsWith("\n") ? text : `${text}\n`;
  if (files.update) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    return;
  }
  const next = `If it is meant, accept it and read the change before you commit it:\n  ${acceptCommand(ownerOf(name))}`;
  if (!existsSync(file)) throw new Error(`There is no golden file ${name}. ${next}`);
  const golden = readFileSync(file, "utf8");
  if (golden === wanted) return;
  throw new Error(`${name} is not what its golden file says.\n\n${lineDifference(golden, wanted)}\n\n${next}`);
}

/** Compares each of several texts, so that one difference hides no other. @throws Error with every difference */
export function expectSnapshots(texts: Iterable<readonly [name: string, text: string]>): void {
  const differences = [...texts].flatMap(([name, text]) => {
    try {
      expectSnapshot(name, text);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
  if (differences.length > 0) throw new Error(differences.join("\n\n"));
}

/**
 * The last test of each test file: every golden file of it was asked for. Removes the others where UPDATE_SNAPSHOTS is
 * 1.
 * @throws Error that names the files that no test asks for
 */
export function expectNoOtherFiles(owner: string, files: GoldenFiles = projectFiles): void {
  const folder = path.join(files.folder, owner);
  const present = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    : [];
  const unasked = present
    .map((entry) => path.relative(files.folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !files.asked.has(name))
    .sort();
  if (files.update) unasked.forEach((name) => rmSync(path.join(files.folder, name)));
  else if (unasked.length > 0) {
    throw new Error(
      `No test asks for ${unasked.join(", ")}. Expected a test for every golden file. ` +
        `If what they hold is gone on purpose, remove them:\n  ${acceptCommand(owner)}`,
    );
  }
}

/** The folders of golden files, each of which belongs to a test file. */
export const goldenFolders = (): string[] => readdirSync(projectFiles.folder);
