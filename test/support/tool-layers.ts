/**
 * Layers that are tools with an exit code: types, lint, import arrows, format, shell scripts, Go; and checks of
 * sources.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { reasonForApiOnly } from "@ghrunners/lab/mode";
import { ensurePackages } from "@ghrunners/lab/packages";
import { runProcess } from "@ghrunners/core/process";
import { projectRoot } from "@ghrunners/core/project-root";
import type { LayerContext } from "./context";
import type { LayerResult } from "./layer";
import { failure, nothing, sum } from "./results";
import { filesOf, runFiles } from "./test-files";

/** One command that passes or fails as a whole. */
async function check(
  { say, stop }: LayerContext,
  what: string,
  line: readonly string[],
  cwd = projectRoot,
): Promise<LayerResult> {
  const started = Date.now();
  const result = await runProcess(line, { cwd, env: process.env, signal: stop }).catch((error: Error) => ({
    code: 1,
    all: error.message,
  }));
  const good = result.code === 0;
  say(`  ${good ? "✔" : "✘"} ${what} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!good) say(result.all);
  return good ? { ...nothing, passed: 1 } : failure(what, `exit code ${result.code}`, result.all);
}

function tracked(pattern: RegExp): string[] {
  const listed = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return listed.stdout.split("\n").filter((file) => pattern.test(file));
}

export async function staticLayer(context: LayerContext): Promise<LayerResult> {
  const shellcheck = { program: "shellcheck", package: "shellcheck" };
  if (reasonForApiOnly() === undefined) await ensurePackages(context.say, [shellcheck]);
  const node = (file: string, ...args: string[]): string[] => [
    process.execPath,
    path.join("node_modules", file),
    ...args,
  ];
  const scripts = tracked(/\.sh$|^\.ci\/run$/);
  return sum([
    await check(context, "types", node("typescript/bin/tsc", "--noEmit", "-p", ".")),
    // The console's page, alone and with the lab's faults: it is for a browser, so it knows other names.
    await check(context, "types of the page", node("typescript/bin/tsc", "--noEmit", "-p", "lab/console/page")),
    await check(context, "lint", node("eslint/bin/eslint.js", "--max-warnings", "0", ".")),
    await check(
      context,
      "arrows",
      node("dependency-cruiser/bin/dependency-cruiser.mjs", "--config", ".dependency-cruiser.mjs", "."),
    ),
    await check(context, "format", node("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
    await check(context, "shell scripts", ["shellcheck", "--severity=style", ...scripts]),
    await runFiles(context, filesOf("static"), { timeoutMs: 60_000 }),
  ]);
}

/** Go modules with code of their own; the CLI itself is built as it was published. */
const goModules = ["engine", "providers", "bridged"];

export async function goLayer(context: LayerContext): Promise<LayerResult> {
  const results: LayerResult[] = [];
  for (const name of goModules) {
    const cwd = path.join(projectRoot, "lab", "toolchain", "go", name);
    // Every check of go vet, in the pass that a test makes anyway: alone it reads all packages once more.
    results.push(await check(context, `go test ${name}, with go vet`, ["go", "test", "-vet=all", "./..."], cwd));
  }
  return sum(results);
}
