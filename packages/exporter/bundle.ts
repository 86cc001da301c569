/**
 * The exporter as one file for Debian 12's nodejs 18. The same sources always give the same bytes.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { projectRoot } from "@ghrunners/core/project-root";
import { ensureUserFolder } from "@ghrunners/core/user-folders";
import { writeWhole } from "@ghrunners/core/whole-file";

/**
 * `runner`: the host view on a runner. On the monitoring host `fleet`, GitHub's view, and `switch`, the failover
 * switch.
 */
export type ExporterKind = "runner" | "fleet" | "switch";

/** The bundle in the cache of this machine. */
export interface ExporterBundle {
  readonly file: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Sources of the bundle, relative to the project. */
const sources = ["packages/exporter", "packages/failover", "packages/core", "monitoring"];

function sourceFiles(): string[] {
  const found = sources.flatMap((folder) =>
    readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: "utf8" }).map((file) =>
      path.join(folder, file),
    ),
  );
  return [...found.filter((file) => file.endsWith(".ts")).sort(), "package-lock.json"];
}

function contentKey(): string {
  const hash = createHash("sha256");
  for (const file of sourceFiles()) hash.update(`${file}\0`).update(readFileSync(path.join(projectRoot, file)));
  return hash.digest("hex").slice(0, 16);
}

/**
 * Builds the bundle if it is not in the cache (a quarter of a second).
 * @param kind of the exporter. A runner's asks GitHub nothing as an App, and leaves out the library for it: 3 MB of
 * memory
 * @param cache folder of caches; default: XDG_CACHE_HOME
 */
export async function bundleExporter(
  kind: ExporterKind,
  cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"),
): Promise<ExporterBundle> {
  const file = path.join(cache, "ghrunners", "exporter", `${contentKey()}-${kind}`, "ghrunners-exporter.cjs");
  if (!existsSync(file)) {
    // Loaded only if something must be built: a run without changes never gets here.
    const { build } = require("esbuild") as typeof import("esbuild");
    const { outputFiles } = await build({
      entryPoints: [path.join(__dirname, "main.ts")],
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node18",
      minify: true,
      external: kind === "runner" ? ["@octokit/auth-app"] : [],
      legalComments: "inline",
      banner: { js: "#!/usr/bin/env node" },
      absWorkingDir: projectRoot,
      write: false,
      logLevel: "silent",
    });
    ensureUserFolder(path.dirname(file), "XDG_CACHE_HOME");
    // Another process may have written it already, with the same content.
    writeWhole(file, outputFiles[0]?.contents ?? "", { mode: 0o755 });
  }
  return { file, sha256: createHash("sha256").update(readFileSync(file)).digest("hex") };
}
