/**
 * Prometheus 3 and its promtool, beside Debian's 2.x: for the tests that run on both versions. Made only where it is asked
 * for; the lab itself does not need it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { RELEASES } from "./download";
import { defaultCache, type EnsureOptions } from "./ensure";
import { withLock } from "./lock";
import type { ToolchainPart } from "./manifest";
import { obtainParts, partFolder, readPart } from "./obtain";
import { type PartSpec, requiredVersion } from "./parts";
import { goRootOf, moduleKeysOf, type BuildSource } from "./source";

const MODULE = "prometheus";

/** The programs of Prometheus that tests start. */
export type PrometheusProgram = "prometheus" | "promtool";

const program = (name: PrometheusProgram, coldBuild: string): PartSpec => ({
  name,
  binary: name,
  place: "tool",
  repository: "prometheus/prometheus",
  go: {
    module: MODULE,
    package: `github.com/prometheus/prometheus/cmd/${name}`,
    versionVariable: "github.com/prometheus/common/version.Version",
    versionPrefix: "",
    // Service discovery by files and static lists stays; the clients of 25 clouds are most of the compiler's work.
    tags: ["netgo", "remove_all_sd"],
    coldBuild,
  },
  builtNote: "same source as the official release; no pages in the browser, no service discovery of clouds",
});

const PROGRAMS: readonly PartSpec[] = [
  program("promtool", "about 2 minutes"),
  program("prometheus", "about 1 minute more"),
];

/**
 * The release that a version of the Go module is: the module has stayed at 0, so its minor number holds both of the
 * release's. Source: Prometheus, README.md, "Prometheus code base".
 * @example releaseOfModule("0.316.0") // "3.16.0"
 * @throws Error for a version that is not written so
 */
export function releaseOfModule(version: string): string {
  const [, major, minor, patch] = /^0\.(\d)(\d\d)\.(\d+)$/.exec(version) ?? [];
  if (major === undefined || minor === undefined || patch === undefined) {
    throw new Error(
      `The Go module of Prometheus has version ${version}. Expected 0.XYY.Z, such as 0.316.0 for 3.16.0.`,
    );
  }
  return `${major}.${Number(minor)}.${patch}`;
}

/**
 * What the programs are made from. No child process.
 * @param root the project folder
 */
export function prometheusSource(root: string = projectRoot): BuildSource {
  const goRoot = goRootOf(root);
  const goMod = readFileSync(path.join(goRoot, MODULE, "go.mod"), "utf8");
  const version = releaseOfModule(requiredVersion(goMod, "github.com/prometheus/prometheus"));
  const parts = PROGRAMS.map((part) => ({ ...part, version }));
  return { goRoot, parts, moduleKeys: moduleKeysOf(goRoot, parts) };
}

/** Both programs if both are finished in the cache; else undefined. */
export function readPrometheus(
  source: BuildSource = prometheusSource(),
  cache: string = defaultCache(),
): ToolchainPart[] | undefined {
  const parts = source.parts.map((part) => readPart(part, partFolder(cache, part, source)));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/**
 * Prometheus 3 and its promtool; each is found on this machine, else downloaded, else built. Safe against two runs at once
 * and against an interrupted one, as the toolchain is.
 * @throws ToolchainError when a program can neither be downloaded nor built
 * @example (await ensurePrometheus()).map(({ name, path }) => `${name} is ${path}`)
 */
export async function ensurePrometheus(options: EnsureOptions = {}): Promise<ToolchainPart[]> {
  const say = options.say ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const cache = options.cache ?? defaultCache();
  const source = prometheusSource(options.root);
  return (
    readPrometheus(source, cache) ??
    withLock(
      path.join(cache, "lock"),
      (holder) => say(`toolchain: process ${holder.pid} is making a part; waiting`),
      () => obtainParts(source, cache, options.releases ?? RELEASES, say),
    )
  );
}
