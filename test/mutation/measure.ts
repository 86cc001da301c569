/** Runs Stryker over one area, in a copy of the checkout: it writes its mutants into the files. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { schema } from "@stryker-mutator/api/core";
import { projectRoot } from "@ghrunners/core/project-root";
import { runProcess } from "@ghrunners/core/process";
import { type MutationArea, filesOf } from "./areas";
import { type Score, scoreOf } from "./score";

/**
 * A mutant that takes this much longer than its tests do loops forever. The factor is large, because the machine may be
 * busy.
 */
const PATIENCE_MS = 10_000;

/**
 * The files of the checkout, committed or about to be. The packages are links to the installed ones; the project's own
 * lead to the copy, so that its files are the ones that run.
 */
export function copyCheckout(copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  for (const file of listed.split("\0").filter((name) => name !== "" && existsSync(path.join(projectRoot, name))))
    cpSync(path.join(projectRoot, file), path.join(copy, file));
  const [packages, own] = [path.join(projectRoot, "node_modules"), "@ghrunners"];
  mkdirSync(path.join(copy, "node_modules"));
  for (const name of readdirSync(packages).filter((each) => each !== own))
    symlinkSync(path.join(packages, name), path.join(copy, "node_modules", name));
  cpSync(path.join(packages, own), path.join(copy, "node_modules", own), { recursive: true, verbatimSymlinks: true });
}

const testFiles = (area: MutationArea, copy: string): string[] =>
  area.tests.flatMap((test) =>
    test.endsWith(".ts") ? [test] : globSync(`${test}/**/*.test.ts`, { cwd: copy }).sort(),
  );

/**
 * Keeps of the results what was killed: that holds while the mutant and the test are as they were. Stryker would take a
 * survivor as one again where a test was added that it does not know to reach it, as with all that acts while modules
 * load.
 */
function forgetSurvivors(incremental: string): void {
  const report = JSON.parse(readFileSync(incremental, "utf8")) as schema.MutationTestResult;
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(({ status }) => status === "Killed" || status === "Timeout");
  writeFileSync(incremental, JSON.stringify(report));
}

export interface MeasureOptions {
  /** Where {@link copyCheckout} put the checkout. */
  readonly copy: string;
  /** Folder that keeps results from one run to the next. */
  readonly results: string;
  /** Mutants whose code and tests are as before are tried again too. */
  readonly fresh: boolean;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** @throws Error when the tests fail without any mutant, or Stryker does */
export async function measure(
  area: MutationArea,
  { copy, results, fresh, concurrency, signal }: MeasureOptions,
): Promise<Score> {
  const name = area.folder.replaceAll("/", "-");
  const report = path.join(results, `${name}.report.json`);
  const incremental = path.join(results, `${name}.incremental.json`);
  const settings = path.join(results, `${name}.settings.json`);
  mkdirSync(results, { recursive: true });
  rmSync(report, { force: true });
  const options = {
    plugins: ["./test/mutation/mocha-runner.ts"],
    testRunner: "unit-tests",
    // The test runner's process reads TypeScript as `npx mocha` does.
    testRunnerNodeArgs: ["--import", "tsx"],
    mutate: filesOf(area),
    unitTests: testFiles(area, copy),
    inPlace: true,
    coverageAnalysis: "perTest",
    concurrency,
    timeoutMS: PATIENCE_MS,
    incremental: true,
    incrementalFile: incremental,
    force: fresh,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
    logLevel: "warn",
    warnings: { slow: false },
    allowConsoleColors: false,
  };
  writeFileSync(settings, JSON.stringify(options, undefined, 2));
  const stryker = path.join("node_modules", "@stryker-mutator", "core", "bin", "stryker.js");
  const started = performance.now();
  const { code } = await runProcess([process.execPath, "--import", "tsx", stryker, "run", settings], {
    cwd: copy,
    env: process.env,
    terminal: "both-as-errors",
    signal,
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0 || !existsSync(report))
    throw new Error(
      `Stryker ended with exit code ${code} in ${area.folder}; what it said is above. Nothing was scored.`,
    );
  forgetSurvivors(incremental);
  return scoreOf(area.folder, JSON.parse(readFileSync(report, "utf8")) as schema.MutationTestResult, seconds);
}
