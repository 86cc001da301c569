/** The test files of each layer, and how they are run: by mocha in a process of their own. */
import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { baseFolders } from "@ghrunners/lab/instance";
import { ensureAuthority } from "@ghrunners/lab/tls";
import { projectRoot } from "@ghrunners/core/project-root";
import type { LayerContext, PrintLine } from "./context";
import type { LayerResult } from "./layer";
import { failure, nothing, sum } from "./results";
import { trustedAuthorities } from "./trusted-authorities";

/** Every test file, relative to the project. */
export const testFiles: readonly string[] = readdirSync(path.join(projectRoot, "test"), {
  recursive: true,
  encoding: "utf8",
})
  .map((file) => path.join("test", file))
  .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
  .sort();

/** Name of the layer that a test file is in. */
export const layerOf = (file: string): string =>
  /^test\/rehearsal\/(long)\//.exec(file)?.[1] ??
  /^test\/(rehearsal|simulation|static)\//.exec(file)?.[1] ??
  /\.(engine|integration|machine)\.test\.ts$/.exec(file)?.[1] ??
  "unit";

export const filesOf = (layer: string): string[] => testFiles.filter((file) => layerOf(file) === layer);

interface FilesOptions {
  /** Limit of a test that names none, ms. */
  readonly timeoutMs: number;
  /** Files that run side by side. Default: 1. */
  readonly jobs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export async function runFiles(
  { say, grep, stop }: LayerContext,
  files: readonly string[],
  { timeoutMs, jobs = 1, env }: FilesOptions,
): Promise<LayerResult> {
  const { certificate: authority } = await ensureAuthority(path.join(baseFolders().cache, "lab-ca"), new Date());
  if (stop.aborted) return nothing;
  return new Promise((resolve, reject) => {
    let result: LayerResult | undefined;
    const args = [String(timeoutMs), String(jobs), grep, ...files];
    const child = fork(path.join(projectRoot, "test/support/layer.ts"), args, {
      cwd: projectRoot,
      execArgv: ["--require", "tsx/cjs"],
      silent: true,
      env: {
        ...process.env,
        // Node reads it once, at its start.
        NODE_EXTRA_CA_CERTS: trustedAuthorities(authority),
        // Node keeps what it has compiled: the many programs that tests start need a quarter less processor time.
        NODE_COMPILE_CACHE: path.join(baseFolders().cache, "node-compile-cache"),
        [process.stdout.isTTY ? "FORCE_COLOR" : "NO_COLOR"]: "1",
        ...env,
      },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8");
      if (stream !== null) createInterface({ input: stream }).on("line", say);
    }
    child.on("message", (message) => (result = message as LayerResult));
    const interrupt = (): void => void child.kill("SIGINT");
    stop.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      stop.removeEventListener("abort", interrupt);
      resolve(result ?? failedToRun(say, files, code ?? signal));
    });
  });
}

function failedToRun(say: PrintLine, files: readonly string[], how: unknown): LayerResult {
  say(`  ✘ ${files.join(", ")} ended before it could report (${how})`);
  return failure(files.join(", "), "ended before it could report", String(how));
}

/**
 * Makes what tests need and what takes minutes on a fresh machine, so that no test's own limit has to allow for it.
 * @param what test of the file to run; all of them when empty
 */
export async function prepared(context: LayerContext, what: string, env?: NodeJS.ProcessEnv): Promise<LayerResult> {
  const result = await runFiles({ ...context, grep: what }, ["test/support/prepare.ts"], { timeoutMs: 3_600_000, env });
  return { ...result, passed: 0 };
}

/** A layer of test files that need something prepared. */
export const preparedLayer =
  (what: string, layer: string, timeoutMs: number) =>
  async (context: LayerContext): Promise<LayerResult> => {
    const preparation = await prepared(context, what);
    if (preparation.failures.length > 0 || context.stop.aborted) return preparation;
    return sum([preparation, await runFiles(context, filesOf(layer), { timeoutMs })]);
  };
