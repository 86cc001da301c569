import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { lockedVersions, requiredVersion, wantedParts, type WantedPart } from "./parts";

/** What parts are made from, as found in the checkout. */
export interface BuildSource {
  /** Folder that holds the Go modules. */
  readonly goRoot: string;
  readonly parts: readonly WantedPart[];
  /** Content hash by Go module: changes when anything that goes into its programs changes. */
  readonly moduleKeys: ReadonlyMap<string, string>;
}

/** What the toolchain is made from, as found in the checkout. */
export interface Source extends BuildSource {
  /** The SDK's own starter of dynamic providers: a script of npm's @pulumi/pulumi. */
  readonly dynamicProvider: { readonly script: string; readonly version: string };
  /** Content hash of all of it, with the platform. */
  readonly key: string;
}

const KEY_LENGTH = 16;

/** Changes with what is put around the parts. */
const LAYOUT = "layout 2";

export function hashOf(texts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}\n`).update(text);
  return hash.digest("hex").slice(0, KEY_LENGTH);
}

/** Every file of a Go module but its tests, in a stable order. */
function moduleFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("_test.go"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** Content hash by module, of the modules that the parts are built from. */
export function moduleKeysOf(goRoot: string, parts: readonly WantedPart[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const name of new Set(parts.map((part) => part.go.module))) {
    const folder = path.join(goRoot, name);
    const texts = moduleFiles(folder).flatMap((file) => [path.relative(folder, file), readFileSync(file)]);
    keys.set(name, hashOf(texts));
  }
  return keys;
}

/** The folder that holds the Go modules of a checkout. */
export const goRootOf = (root: string): string => path.join(root, "lab", "toolchain", "go");

/**
 * Reads what decides about the toolchain. No child process: this is the warm path of every command.
 * @param root the project folder (with package-lock.json, node_modules and toolchain/go)
 * @throws Error when npm packages are not installed
 */
export function readSource(root: string): Source {
  const goRoot = goRootOf(root);
  const versions = lockedVersions(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const cliVersion = requiredVersion(
    readFileSync(path.join(goRoot, "engine", "go.mod"), "utf8"),
    "github.com/pulumi/pulumi/pkg/v3",
  );
  const sdkVersion = versions.get("@pulumi/pulumi");
  if (sdkVersion === undefined) throw new Error("package-lock.json does not name @pulumi/pulumi: run `npm install`.");
  const parts = wantedParts(versions, cliVersion);
  const moduleKeys = moduleKeysOf(goRoot, parts);
  const script = path.join(root, "node_modules", "@pulumi", "pulumi", "pulumi-resource-pulumi-nodejs");
  const key = hashOf([
    ...parts.map((part) => `${part.name} ${part.version}`),
    ...[...moduleKeys].map(([name, moduleKey]) => `${name} ${moduleKey}`),
    sdkVersion,
    platform(),
    LAYOUT,
  ]);
  return { goRoot, parts, dynamicProvider: { script, version: sdkVersion }, moduleKeys, key };
}

/** Operating system and processor, in Go's words, for example "linux-amd64". */
export function platform(): string {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  return `${process.platform}-${arch}`;
}
