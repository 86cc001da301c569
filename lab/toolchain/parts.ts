/** How a part can be built from published Go modules. */
export interface GoSource {
  /** Folder of the module under `toolchain/go`. */
  readonly module: string;
  /** Package to build, as `go build` takes it. */
  readonly package: string;
  /** Variable that the linker sets to the version. */
  readonly versionVariable: string;
  /** Whether the variable holds the version with a leading "v". */
  readonly versionPrefix: "v" | "";
  /** Build tags. Default: none. */
  readonly tags?: readonly string[];
  /** Roughly how long a first build takes on two cores; shown to the user. */
  readonly coldBuild: string;
}

/** One program of the toolchain. */
export interface PartSpec {
  readonly name: string;
  /** Name of the executable. */
  readonly binary: string;
  /**
   * `cli`: on PATH for the operator and the engine. `plugin`: in PULUMI_HOME, loaded by name and version. `tool`: for tests,
   * started by its path; no part of the engine.
   */
  readonly place: "cli" | "plugin" | "tool";
  /** The npm package whose locked version the plugin must have; the CLI's parts follow the Go module instead. */
  readonly sdk?: string;
  /** GitHub repository of the official releases. */
  readonly repository: string;
  readonly go: GoSource;
  /** How the built one differs from the official one. */
  readonly builtNote: string;
}

const plugin = (
  name: string,
  sdk: string,
  repository: string,
  module: string,
  coldBuild: string,
  builtNote: string,
): PartSpec => ({
  name,
  binary: `pulumi-resource-${name}`,
  place: "plugin",
  sdk,
  repository,
  go: { module, package: `./resource-${name}`, versionVariable: "main.version", versionPrefix: "", coldBuild },
  builtNote,
});

/** Everything the engine needs, in the order in which it is looked for. */
export const PARTS: readonly PartSpec[] = [
  {
    name: "pulumi",
    binary: "pulumi",
    place: "cli",
    repository: "pulumi/pulumi",
    go: {
      module: "engine",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      versionVariable: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
      versionPrefix: "v",
      coldBuild: "about 5 minutes",
    },
    builtNote: "same source as the official release; only the Node.js language host is beside it",
  },
  {
    name: "language-nodejs",
    binary: "pulumi-language-nodejs",
    place: "cli",
    repository: "pulumi/pulumi",
    go: {
      module: "engine",
      package: "./language-nodejs",
      versionVariable: "main.version",
      versionPrefix: "",
      coldBuild: "a few seconds",
    },
    builtNote: "own host: runs programs, policy packs and plugins; no code generation, installs with npm only",
  },
  plugin(
    "command",
    "@pulumi/command",
    "pulumi/pulumi-command",
    "providers",
    "about 1 minute",
    "own plugin: remote.Command, remote.CopyToRemote and local.Command only; a wrong host key fails at once",
  ),
  plugin(
    "random",
    "@pulumi/random",
    "pulumi/pulumi-random",
    "providers",
    "a few seconds",
    "own plugin: RandomPassword and RandomId only; no import",
  ),
  plugin(
    "proxmoxve",
    "@muhlba91/pulumi-proxmoxve",
    "muhlba91/pulumi-proxmoxve",
    "bridged",
    "about 1 minute",
    "bpg/terraform-provider-proxmox 0.111.1 behind Pulumi's bridge: the classic resources (…Legacy) only, no schema for docs",
  ),
  plugin(
    "github",
    "@pulumi/github",
    "pulumi/pulumi-github",
    "bridged",
    "a few seconds",
    "integrations/terraform-provider-github 6.13.0 behind Pulumi's bridge, no schema for docs",
  ),
];

/** A part with the version that is wanted. */
export interface WantedPart extends PartSpec {
  /** Without a leading "v". */
  readonly version: string;
}

/**
 * The parts this project needs, with their versions: a plugin's from the lock file, since the npm SDK asks for exactly its
 * own version; the CLI's from the Go module. A plugin whose SDK is not installed is not needed.
 */
export function wantedParts(lockedVersions: ReadonlyMap<string, string>, cliVersion: string): WantedPart[] {
  return PARTS.flatMap((part) => {
    const version = part.sdk === undefined ? cliVersion : lockedVersions.get(part.sdk);
    return version === undefined ? [] : [{ ...part, version }];
  });
}

/** Versions by package name, from the text of a package-lock.json (version 2 or 3). */
export function lockedVersions(packageLock: string): Map<string, string> {
  const lock = JSON.parse(packageLock) as { packages?: Record<string, { version?: string }> };
  const versions = new Map<string, string>();
  for (const [folder, entry] of Object.entries(lock.packages ?? {})) {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1];
    if (name !== undefined && entry.version !== undefined) versions.set(name, entry.version);
  }
  return versions;
}

/**
 * The version of a required module, from the text of a go.mod.
 * @throws Error when the module is not required
 */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split("\n")) {
    const [name, version] = line.trim().split(/\s+/);
    if (name === module && version?.startsWith("v")) return version.slice(1);
  }
  throw new Error(`go.mod does not require ${module}: expected a line "${module} vX.Y.Z".`);
}

/** The lowest Go version that a go.mod accepts, for example "1.26". */
export function goDirective(goMod: string): string {
  const version = /^go\s+(\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('go.mod has no "go" line: expected, for example, "go 1.26".');
  return version;
}
