import { readFileSync, statSync } from "node:fs";
import path from "node:path";

/** `found`: was on this machine. `downloaded`: official release. `built`: from published Go modules. */
export type PartOrigin = "found" | "downloaded" | "built";

/** One program of the toolchain as it is now on this machine. */
export interface ToolchainPart {
  readonly name: string;
  /** Without a leading "v". */
  readonly version: string;
  readonly origin: PartOrigin;
  /** How it differs from the official one, or where it was found. */
  readonly note: string;
  readonly path: string;
}

/** A complete toolchain, ready to use. */
export interface Toolchain {
  /** The Pulumi CLI. */
  readonly pulumi: string;
  /** PULUMI_HOME, with the plugins installed. */
  readonly home: string;
  /** To be put on PATH: CLI, language host and the starter of dynamic providers. */
  readonly binDir: string;
  readonly parts: readonly ToolchainPart[];
}

/** What is written beside a toolchain once it is complete. Paths are relative, so that the cache can be moved. */
interface Manifest {
  readonly parts: readonly (ToolchainPart & { readonly bytes: number })[];
}

const FILE = "manifest.json";

/** The layout of a toolchain's folder. */
export function layout(folder: string): { manifest: string; home: string; binDir: string } {
  return { manifest: path.join(folder, FILE), home: path.join(folder, "home"), binDir: path.join(folder, "bin") };
}

/** The manifest's text for parts that lie in the folder. */
export function manifestText(folder: string, parts: readonly ToolchainPart[]): string {
  const manifest: Manifest = {
    parts: parts.map((part) => ({
      ...part,
      path: path.relative(folder, part.path),
      bytes: statSync(part.path).size,
    })),
  };
  return JSON.stringify(manifest, null, 2) + "\n";
}

/**
 * The toolchain in the folder, or undefined when it is incomplete: no manifest, or a part is missing or of another
 * size.
 */
export function readToolchain(folder: string): Toolchain | undefined {
  const { manifest, home, binDir } = layout(folder);
  let parts: Manifest["parts"];
  try {
    ({ parts } = JSON.parse(readFileSync(manifest, "utf8")) as Manifest);
  } catch {
    return undefined;
  }
  const whole = parts.every(({ path: file, bytes }) => {
    return statSync(path.join(folder, file), { throwIfNoEntry: false })?.size === bytes;
  });
  if (!whole) return undefined;
  return {
    pulumi: path.join(binDir, "pulumi"),
    home,
    binDir,
    parts: parts.map(({ name, version, origin, note, path: file }) => ({
      name,
      version,
      origin,
      note,
      path: path.join(folder, file),
    })),
  };
}
