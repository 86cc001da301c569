/**
 * Bundles of the program, the policy pack and the dynamic providers, each with all that it loads: their Node processes
 * start in a third of the time (docs/performance.md). Without them everything works the same from its files.
 */
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

/** Names the folder of the bundles to register.cjs. */
export const BUNDLES_VARIABLE = "GHRUNNERS_BUNDLES";

/** How many are kept: of other checkouts, of other versions of this one. */
const KEPT = 6;

/** What makes a bundle, relative to the project. Nothing else of the project may go into one. */
export const sources = [
  "index.ts",

  "components",
  "config",
  "packages",
  "loader",
  "monitoring",
  "policy",

  "package-lock.json",
  "register.cjs",
  "tsconfig.json",
];

function filesOf(root: string, source: string): string[] {
  if (path.extname(source) !== "") return [source];
  return readdirSync(path.join(root, source), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(c?ts|c?js|json)$/.test(file))
    .map((file) => path.join(source, file))
    .sort();
}

/** By content: other sources are another key, the same ones the same. */
export function bundleKey(root: string): string {
  // The place is in the bundle, and V8's code is for one Node.
  const hash = createHash("sha256").update(JSON.stringify([root, process.version, process.arch]));
  for (const file of sources.flatMap((source) => filesOf(root, source))) {
    hash.update(`${file}\0`).update(readFileSync(path.join(root, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

const MANIFEST = "packages.json";

/** Files of packages that went in, with size and time. The lock file names their versions; this sees a hand's edit. */
type Packages = Record<string, [size: number, modified: number]>;

function look(root: string, file: string): Packages[string] | undefined {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  return stat && [stat.size, stat.mtimeMs];
}

function isCurrent(root: string, folder: string): boolean {
  let packages: Packages;
  try {
    packages = JSON.parse(readFileSync(path.join(folder, MANIFEST), "utf8")) as Packages;
  } catch {
    return false;
  }
  return Object.entries(packages).every(([file, [size, modified]]) => {
    const seen = look(root, file);
    return seen?.[0] === size && seen[1] === modified;
  });
}

/** The newest are kept; a process whose bundle goes away loads its files instead. */
function removeOld(cache: string): void {
  const folders = readdirSync(cache).map((name) => path.join(cache, name));
  const age = (folder: string): number => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  for (const folder of folders.sort((a, b) => age(b) - age(a)).slice(KEPT))
    rmSync(folder, { recursive: true, force: true });
}

/**
 * The folder of this checkout's bundles; makes them when its sources have changed (a second or two).
 * @param root the project folder
 * @param cache folder of caches
 * @param say progress
 * @returns undefined when they cannot be made; it was said why
 */
export async function ensureBundles(
  root: string,
  cache: string,
  say: (line: string) => void,
): Promise<string | undefined> {
  const bundles = path.join(cache, "bundles");
  const folder = path.join(bundles, bundleKey(root));
  if (isCurrent(root, folder)) return folder;
  try {
    mkdirSync(bundles, { recursive: true });
    const draft = mkdtempSync(path.join(bundles, "unfinished-"));
    try {
      const { buildBundles } = require("./build") as typeof import("./build");
      const inputs = await buildBundles(root, draft);
      const packages = inputs.filter((file) => file.startsWith("node_modules"));
      const manifest = Object.fromEntries(packages.map((file) => [file, look(root, file)]));
      writeFileSync(path.join(draft, MANIFEST), JSON.stringify(manifest));
      rmSync(folder, { recursive: true, force: true });
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
    removeOld(bundles);
    return folder;
  } catch (error) {
    say(`No bundles, so the start takes a second longer: ${(error as Error).message}`);
    return undefined;
  }
}
