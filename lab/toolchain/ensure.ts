import { chmodSync, copyFileSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { RELEASES } from "./download";
import { fullDisk, speaksOfFullDisk } from "./errors";
import { withLock } from "./lock";
import { layout, manifestText, readToolchain, type ToolchainPart, type Toolchain } from "./manifest";
import { obtainParts } from "./obtain";
import { readSource, type Source } from "./source";
import { projectRoot } from "@ghrunners/core/project-root";
import { ensureUserFolder } from "@ghrunners/core/user-folders";

export interface EnsureOptions {
  /** Progress, one line at a time. Default: standard error. */
  readonly say?: (line: string) => void;
  /** The project folder. Default: the folder above this one. */
  readonly root?: string;
  /** Where toolchains are kept. Default: `$XDG_CACHE_HOME/ghrunners/toolchain`. */
  readonly cache?: string;
  /** Base address of the official releases' descriptions. Default: GitHub's API. */
  readonly releases?: string;
}

export function defaultCache(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CACHE_HOME || path.join(env.HOME ?? homedir(), ".cache");
  return path.join(base, "ghrunners", "toolchain");
}

/**
 * Returns a complete toolchain; makes it when there is none yet. Each part is found on this machine, else downloaded,
 * else built. Safe against two runs at once (the second waits) and against an interrupted one.
 * @throws ToolchainError when a part can neither be downloaded nor built
 */
export async function ensureToolchain(options: EnsureOptions = {}): Promise<Toolchain> {
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const root = options.root ?? projectRoot;
  const cache = options.cache ?? defaultCache();
  const source = readSource(root);
  const folder = path.join(cache, source.key);
  const ready = readToolchain(folder);
  if (ready !== undefined) return ready;
  ensureUserFolder(cache, "XDG_CACHE_HOME");
  try {
    return await withLock(
      path.join(cache, "lock"),
      (holder) => say(`toolchain: process ${holder.pid} is making it; waiting`),
      async () => {
        const made = readToolchain(folder);
        if (made !== undefined) return made;
        removeLeftovers(cache);
        const parts = await obtainParts(source, cache, options.releases ?? RELEASES, say);
        return assemble(source, folder, parts);
      },
    );
  } catch (error) {
    if (speaksOfFullDisk(String(error))) throw fullDisk(cache);
    throw error;
  }
}

/** Names of unfinished work end so. Only the holder of the lock makes them. */
export const UNFINISHED = ".unfinished";

/** Removes what an interrupted run left behind. */
function removeLeftovers(cache: string): void {
  for (const parent of [cache, path.join(cache, "parts")]) {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) {
      if (name.endsWith(UNFINISHED)) rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/**
 * In the place of the folder in which the CLI would keep a debug log of every run, with all properties, however quiet
 * it was told to be: a third of the engine's time where nothing changes, and the state's content once more
 * (docs/explanation/performance.md). There is no setting for it; a CLI that cannot have the folder goes on without.
 */
const NO_LOGS = "No logs are kept here. For one of a run: pulumi --verbose 9 --logtostderr ... 2>FILE\n";

/** Puts the parts where the engine looks for them. The folder gets its name last, so a half-made one is never used. */
function assemble(source: Source, folder: string, parts: readonly ToolchainPart[]): Toolchain {
  const draft = folder + UNFINISHED;
  const { home, binDir, manifest } = layout(draft);
  mkdirSync(binDir, { recursive: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "logs"), NO_LOGS);
  const placed = parts.map((part): ToolchainPart => {
    const spec = source.parts.find(({ name }) => name === part.name);
    if (spec === undefined) throw new Error(`No part is called ${part.name}.`);
    const target =
      spec.place === "cli"
        ? path.join(binDir, spec.binary)
        : path.join(home, "plugins", `resource-${spec.name}-v${spec.version}`, spec.binary);
    place(part.path, target);
    return { ...part, path: target };
  });
  const starter = path.join(binDir, path.basename(source.dynamicProvider.script));
  copyFileSync(source.dynamicProvider.script, starter);
  chmodSync(starter, 0o755);
  const dynamic: ToolchainPart = {
    name: "dynamic-provider",
    version: source.dynamicProvider.version,
    origin: "found",
    note: "the official one, from the npm package @pulumi/pulumi",
    path: starter,
  };
  writeFileSync(manifest, manifestText(draft, [...placed, dynamic]));
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
  const toolchain = readToolchain(folder);
  if (toolchain === undefined) throw new Error(`The toolchain in ${folder} is incomplete although it was just made.`);
  return toolchain;
}

/** Links a file, or copies it where the file system cannot link. */
function place(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  }
}

/** Folder of the CLI and its plugins in the toolchain of these sources; there is none before it is ensured. */
export const programsFolder = (): string => layout(path.join(defaultCache(), readSource(projectRoot).key)).binDir;
