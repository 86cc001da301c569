import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  copyFileSync,
  chmodSync,
} from "node:fs";
import path from "node:path";
import { buildPart } from "./build";
import { downloadPart, releasesReachable } from "./download";
import { fullDisk, speaksOfFullDisk, ToolchainError } from "./errors";
import { findPart } from "./find-part";
import type { PartOrigin, ToolchainPart } from "./manifest";
import type { WantedPart } from "./parts";
import { withElapsedTime } from "./progress";
import { hashOf, platform, type BuildSource } from "./source";

type Say = (line: string) => void;

/** What is kept beside a part in the cache. */
interface Provenance {
  readonly origin: PartOrigin;
  readonly note: string;
}

/** Where the cache keeps a part. */
export const partFolder = (cache: string, wanted: WantedPart, source: BuildSource): string =>
  path.join(cache, "parts", `${wanted.name}-${wanted.version}-${partKey(wanted, source)}`);

/**
 * Gets every part: found, downloaded or built, whichever works first, and kept in the cache by its content key. A part that
 * an interrupted run finished is not made again.
 */
export async function obtainParts(
  source: BuildSource,
  cache: string,
  releases: string,
  say: Say,
): Promise<ToolchainPart[]> {
  const parts: ToolchainPart[] = [];
  let reachable: boolean | undefined;
  const due = source.parts.filter((wanted) => readPart(wanted, partFolder(cache, wanted, source)) === undefined);
  for (const wanted of source.parts) {
    const folder = partFolder(cache, wanted, source);
    const kept = readPart(wanted, folder);
    if (kept !== undefined) {
      parts.push(kept);
      continue;
    }
    const turn = `toolchain: part ${due.indexOf(wanted) + 1} of ${due.length} that are missing`;
    const draft = `${folder}.unfinished`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    const found = await findPart(wanted);
    let provenance: Provenance;
    if (found !== undefined) {
      copyFileSync(found, path.join(draft, wanted.binary));
      provenance = { origin: "found", note: `was on this machine: ${found}` };
    } else {
      reachable ??= await probe(releases, say);
      provenance =
        (reachable ? await download(wanted, draft, releases, turn, say) : undefined) ??
        (await build(wanted, source, draft, turn, say));
    }
    chmodSync(path.join(draft, wanted.binary), 0o755);
    writeFileSync(path.join(draft, "provenance.json"), JSON.stringify(provenance));
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    parts.push({ name: wanted.name, version: wanted.version, ...provenance, path: path.join(folder, wanted.binary) });
  }
  return parts;
}

function partKey(part: WantedPart, source: BuildSource): string {
  const { module, package: name, versionVariable, tags = [] } = part.go;
  return hashOf([source.moduleKeys.get(module) ?? "", name, versionVariable, platform(), ...tags]);
}

/** A part that is finished in its folder; undefined when there is none. */
export function readPart(wanted: WantedPart, folder: string): ToolchainPart | undefined {
  const file = path.join(folder, wanted.binary);
  const notes = path.join(folder, "provenance.json");
  if (!existsSync(file) || !existsSync(notes)) return undefined;
  const provenance = JSON.parse(readFileSync(notes, "utf8")) as Provenance;
  return { name: wanted.name, version: wanted.version, ...provenance, path: file };
}

async function probe(releases: string, say: Say): Promise<boolean> {
  const reachable = await releasesReachable(releases);
  if (!reachable) say(`toolchain: official releases are out of reach (${releases}); building from Go modules`);
  return reachable;
}

/**
 * The official release, or undefined when it cannot be downloaded; then the part is built.
 * @param turn which of how many parts it is
 */
async function download(
  wanted: WantedPart,
  draft: string,
  releases: string,
  turn: string,
  say: Say,
): Promise<Provenance | undefined> {
  const work = path.join(draft, "download");
  try {
    const what = `${turn}: downloading ${wanted.name} ${wanted.version}`;
    const file = await withElapsedTime(what, say, () => downloadPart(wanted, platform(), work, releases));
    renameSync(file, path.join(draft, wanted.binary));
    return { origin: "downloaded", note: `the official release of ${wanted.repository}` };
  } catch (error) {
    if (error instanceof ToolchainError) throw error;
    if (speaksOfFullDisk(String(error))) throw fullDisk(draft);
    say(`toolchain: no official ${wanted.name} ${wanted.version}: ${(error as Error).message}; building it`);
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param turn which of how many parts it is */
async function build(
  wanted: WantedPart,
  source: BuildSource,
  draft: string,
  turn: string,
  say: Say,
): Promise<Provenance> {
  const what = `${turn}: building ${wanted.name} ${wanted.version} from Go modules (a first time takes ${wanted.go.coldBuild})`;
  const go = await withElapsedTime(what, say, () => buildPart(wanted, source.goRoot, path.join(draft, wanted.binary)));
  return { origin: "built", note: `${wanted.builtNote} (Go ${go})` };
}
