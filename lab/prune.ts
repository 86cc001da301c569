/**
 * Removes what earlier checkouts left in the cache: entries that this checkout does not use and that no process uses.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { partFolder } from "./toolchain/obtain";
import { prometheusSource } from "./toolchain/prometheus";
import { readSource } from "./toolchain/source";
import { standingHosts } from "./hosts";
import type { BaseFolders } from "./instance";
import { bareTemplate, releaseTemplates, runnerTemplate, templateFolder } from "./machines";
import { distributionsFolder } from "./runner-distribution";

/** An entry of the cache. */
export interface CacheEntry {
  readonly folder: string;
  /** Space that goes free with it; a file with several links counts by its share. */
  readonly bytes: number;
}

/** Younger ones stay: another process may be about to use what was just made. */
const MINIMUM_AGE_MS = 3_600_000;

/** Rooms whose entries are large. An entry's name ends with the key of its content; whatever else is there stays. */
const rooms = ["machine-template", "runner-distribution", "toolchain", "toolchain/parts"];
const isEntry = (name: string): boolean => /(^|-)[0-9a-f]{16}$/.test(name);

/** Entries that this checkout's own keys name. */
export function namedHere(cache: string, projectRoot: string): string[] {
  const authority = path.join(cache, "lab-ca", "ca.pem");
  const contents = existsSync(authority)
    ? [runnerTemplate, bareTemplate, ...releaseTemplates, ...Object.values(standingHosts).map((h) => h.template)]
    : [];
  const source = readSource(projectRoot);
  const prometheus = prometheusSource(projectRoot);
  const toolchains = path.join(cache, "toolchain");
  return [
    ...contents.map((content) => templateFolder(cache, content, authority)),
    distributionsFolder(cache),
    path.join(toolchains, source.key),
    ...source.parts.map((part) => partFolder(toolchains, part, source)),
    ...prometheus.parts.map((part) => partFolder(toolchains, part, prometheus)),
  ];
}

/** Paths into the cache that labs and running processes hold. */
export function inUse(state: string): string[] {
  const below = (folder: string): string[] =>
    existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  return [...below(state).flatMap(usedByLab), ...below("/proc").flatMap(programOf)];
}

function usedByLab(instance: string): string[] {
  const machines = path.join(instance, "machines");
  const holders = existsSync(machines) ? [machines, ...readdirSync(machines).map((id) => path.join(machines, id))] : [];
  const templates = holders.map((folder) => path.join(folder, "template")).filter((link) => existsSync(link));
  const seed = path.join(instance, "github", "seed.json");
  const distributions = existsSync(seed)
    ? [(JSON.parse(readFileSync(seed, "utf8")) as { distributionsDir: string }).distributionsDir]
    : [];
  return [...templates.map((link) => realpathSync(link)), ...distributions];
}

function programOf(process: string): string[] {
  try {
    return [readlinkSync(path.join(process, "exe"))];
  } catch {
    // No process, or one that has ended.
    return [];
  }
}

/** What can go, the largest first. */
export function superfluous(
  { cache, state }: BaseFolders,
  named: readonly string[],
  now: number = Date.now(),
): CacheEntry[] {
  const used = [...named, ...inUse(state)];
  const isUsed = (folder: string): boolean => used.some((held) => `${held}/`.startsWith(`${folder}/`));
  return rooms
    .map((room) => path.join(cache, room))
    .filter((room) => existsSync(room))
    .flatMap((room) =>
      readdirSync(room)
        .filter(isEntry)
        .map((name) => path.join(room, name)),
    )
    .filter((folder) => !isUsed(folder) && now - lstatSync(folder).mtimeMs > MINIMUM_AGE_MS)
    .map((folder) => ({ folder, bytes: bytesOf(folder) }))
    .sort((a, b) => b.bytes - a.bytes);
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return bytesOf(file);
      const { blocks, nlink } = lstatSync(file);
      return (blocks * 512) / nlink;
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Removes the entries; each loses its name at once. */
export function remove(entries: readonly CacheEntry[]): void {
  for (const { folder } of entries) rmSync(folder, { recursive: true, force: true });
}
