import { build } from "esbuild";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
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
import { projectRoot } from "@ghrunners/core/project-root";

/** One archive on offer; the GitHub emulator reads the list as manifest.json. */
export interface Distribution {
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  readonly os: string;
  readonly architecture: string;
  /** Published, but not offered to every repository yet: GitHub introduces a release step by step. */
  readonly prerelease: boolean;
  /** RFC 3339. */
  readonly published: string;
}

export interface Distributions {
  /** Folder of the archives and of manifest.json. */
  readonly dir: string;
  readonly manifest: readonly Distribution[];
}

interface Release {
  readonly version: string;
  /** Folder of `externals` with the Node that `runsvc.sh` of this release starts; no other one is in the archive. */
  readonly node: string;
  /** The listener crashes at start: simulates a bad release, which GitHub has not offered to every repository yet. */
  readonly broken: boolean;
  /** RFC 3339; GitHub gives an older version 30 days from then. */
  readonly published: string;
}

/** Versions of the stand-in have the numbers of the releases of GitHub that they replace. */
export const releases: readonly Release[] = [
  { version: "2.335.1", node: "node20", broken: false, published: "2026-05-11T12:00:00Z" },
  { version: "2.336.0", node: "node24", broken: false, published: "2026-06-15T12:00:00Z" },
  { version: "2.337.0", node: "node24", broken: true, published: "2026-07-20T12:00:00Z" },
];

/** The version that GitHub offers every repository: the newest good one. */
export const offeredVersion = releases.filter(({ broken }) => !broken).at(-1)?.version ?? "";

/** Everything that the archives are made of, relative to the project. */
const sources = ["lab/runner-distribution", "lab/github/workflows", "lab/github/runner-protocol"];
const bundles = [
  { entry: "listener/main.ts", output: "Runner.Listener.js" },
  { entry: "listener/service-host.ts", output: "RunnerService.js" },
  { entry: "worker/main.mjs", output: "Runner.Worker.js" },
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(file) : [file];
    })
    .sort();
}

function contentKey(): string {
  const hash = createHash("sha256").update(JSON.stringify(releases));
  const lock = path.join(projectRoot, "package-lock.json");
  const files = [...sources.flatMap((folder) => filesBelow(path.join(projectRoot, folder))), lock];
  for (const file of files.filter((name) => !name.endsWith(".md"))) {
    hash.update(path.relative(projectRoot, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

/** Where the cache keeps the archives of these sources. */
export const distributionsFolder = (cache: string): string => path.join(cache, "runner-distribution", contentKey());

/**
 * The stand-in runner's archives, built once for each state of their sources. The same sources give the same bytes.
 * @param cache folder of the lab's caches
 */
export async function buildDistributions(cache: string = baseFolders().cache): Promise<Distributions> {
  const dir = distributionsFolder(cache);
  const manifestFile = path.join(dir, "manifest.json");
  if (!existsSync(manifestFile)) {
    mkdirSync(path.dirname(dir), { recursive: true });
    const unfinished = mkdtempSync(`${dir}.`);
    try {
      const manifest: Distribution[] = [];
      for (const release of releases) manifest.push(await pack(release, unfinished));
      writeFileSync(path.join(unfinished, "manifest.json"), JSON.stringify(manifest, undefined, 2));
      chmodSync(unfinished, 0o755);
      publish(unfinished, dir);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return { dir, manifest: JSON.parse(readFileSync(manifestFile, "utf8")) as Distribution[] };
}

/** Another process may have been faster; its result is the same. */
function publish(unfinished: string, dir: string): void {
  try {
    renameSync(unfinished, dir);
  } catch (error) {
    if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

async function pack({ version, node, broken, published }: Release, folder: string): Promise<Distribution> {
  const tree = path.join(folder, version);
  cpSync(path.join(__dirname, "layout"), tree, { recursive: true });
  for (const { entry, output } of bundles) {
    await build({
      entryPoints: [path.join(__dirname, entry)],
      outfile: path.join(tree, "bin", output),
      bundle: true,
      platform: "node",
      format: "cjs",
      // Debian 12's nodejs.
      target: "node18",
      conditions: ["import"],
      minifySyntax: true,
      legalComments: "inline",
      absWorkingDir: projectRoot,
      define: { LAB_RUNNER_VERSION: JSON.stringify(version), LAB_RUNNER_BREAKS_AT_START: String(broken) },
      logLevel: "silent",
    });
  }
  writeFileSync(path.join(tree, "bin", "version"), `${version}\n`);
  const service = path.join(tree, "bin", "runsvc.sh");
  writeFileSync(service, readFileSync(service, "utf8").replace("{{NodeVersion}}", node));
  const externals = path.join(tree, "externals", node, "bin");
  mkdirSync(externals, { recursive: true });
  writeFileSync(path.join(externals, "node"), '#!/bin/sh\n# The machine\'s own: see README.\nexec node "$@"\n');
  for (const file of filesBelow(tree)) chmodSync(file, isProgram(file) ? 0o755 : 0o644);
  const file = `actions-runner-linux-x64-${version}.tar.gz`;
  const archive = path.join(folder, file);
  archiveTree(tree, archive);
  rmSync(tree, { recursive: true });
  const sha256 = createHash("sha256").update(readFileSync(archive)).digest("hex");
  return { version, file, sha256, os: "linux", architecture: "x64", prerelease: broken, published };
}

const isProgram = (file: string): boolean => /\.sh$|Runner\.(Listener|Worker)$|\/node$/.test(file);

/** GNU tar and gzip with everything fixed that would differ from one run to the next. */
function archiveTree(tree: string, archive: string): void {
  const fixed = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=u+rwX,go+rX,go-w"];
  const tar = execFileSync("tar", ["--create", "--format=ustar", ...fixed, "--directory", tree, "."], {
    maxBuffer: 64 * 2 ** 20,
  });
  const zipped = execFileSync("gzip", ["--no-name", "--stdout"], { input: tar, maxBuffer: 64 * 2 ** 20 });
  writeFileSync(archive, zipped);
}
