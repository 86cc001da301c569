/** Builds the demo application's artefacts: one good version after the other, and three bad ones to rehearse with. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { baseFolders } from "../instance";

/** How a version behaves; the backend reads it as release.json. */
interface Traits {
  readonly slowSeconds: number;
  readonly healthy: boolean;
  readonly halfBroken: boolean;
  /** Newest migration that it brings. */
  readonly schema: number;
}

const good = { slowSeconds: 0, healthy: true, halfBroken: false };
export const versions: Readonly<Record<string, Traits>> = {
  "1": { ...good, schema: 1 },
  "2": { ...good, schema: 2 },
  "3-slow": { ...good, slowSeconds: 120, schema: 2 },
  "3-unhealthy": { ...good, healthy: false, schema: 2 },
  "3-half-broken": { ...good, halfBroken: true, schema: 2 },
};

const filesFolder = path.join(__dirname, "files");
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    })
    .sort();

/**
 * The same sources give the same bytes.
 * @returns folder of the archives and their SHA256SUMS
 */
export function buildDemoApp(cache: string = baseFolders().cache): string {
  const hash = createHash("sha256").update(JSON.stringify(versions));
  for (const file of filesBelow(filesFolder)) hash.update(path.relative(filesFolder, file)).update(readFileSync(file));
  const dir = path.join(cache, "demo-app", hash.digest("hex").slice(0, 16));
  if (existsSync(dir)) return dir;
  mkdirSync(path.dirname(dir), { recursive: true });
  const unfinished = mkdtempSync(`${dir}.`);
  try {
    const sums = Object.keys(versions).map((version) => {
      const file = pack(version, unfinished);
      const sum = createHash("sha256")
        .update(readFileSync(path.join(unfinished, file)))
        .digest("hex");
      return `${sum}  ${file}\n`;
    });
    writeFileSync(path.join(unfinished, "SHA256SUMS"), sums.join(""));
    if (!existsSync(dir)) renameSync(unfinished, dir);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return dir;
}

function pack(version: string, folder: string): string {
  const tree = path.join(folder, version);
  cpSync(filesFolder, tree, { recursive: true });
  const { schema = 0, ...traits } = versions[version] ?? {};
  writeFileSync(path.join(tree, "release.json"), JSON.stringify({ version, ...traits }));
  for (const page of filesBelow(path.join(tree, "frontend")).filter((file) => file.endsWith(".html")))
    writeFileSync(page, readFileSync(page, "utf8").replaceAll("@VERSION@", version));
  for (const migration of filesBelow(path.join(tree, "migrations")))
    if (Number(path.basename(migration, ".sql")) > schema) rmSync(migration);
  const file = `demo-app-${version}.tar.gz`;
  const fixed = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rwX,go+rX,go-w"];
  const tar = execFileSync("tar", ["--create", ...fixed, "--directory", tree, "."], { maxBuffer: 64 * 2 ** 20 });
  writeFileSync(path.join(folder, file), execFileSync("gzip", ["--no-name", "--stdout"], { input: tar }));
  rmSync(tree, { recursive: true });
  return file;
}
