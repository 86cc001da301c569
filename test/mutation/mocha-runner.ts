/**
 * How Stryker runs unit tests: with mocha's public interface, in one process, for each mutant only the tests that reach
 * it. Stryker's own runner for mocha asks for files that mocha 12 no longer has.
 */
import type { InstrumenterContext, StrykerOptions } from "@stryker-mutator/api/core";
import { commonTokens, declareClassPlugin, PluginKind, tokens } from "@stryker-mutator/api/plugin";
import {
  determineHitLimitReached,
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import path from "node:path";
import * as fc from "fast-check";
import Mocha from "mocha";

/** So that a property test kills the same mutants each time. */
const SEED = 20261128;

/** What the instrumented code looks at: the mutant that acts, the test that runs. The name is Stryker's default. */
const shared = globalThis as { __stryker__?: InstrumenterContext };
const context: InstrumenterContext = (shared.__stryker__ ??= {});

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The project's own modules are read again, so that a mutant can act while they load; packages stay. */
function forgetModules(): void {
  for (const file of Object.keys(require.cache))
    if (file.startsWith(process.cwd()) && !file.includes("/node_modules/")) delete require.cache[file];
}

class Silent extends Mocha.reporters.Base {
  override epilogue(): void {}
}

/** Mocha loads its files anew for each of these. */
class LoadedMocha extends Mocha {
  constructor(files: readonly string[]) {
    super({ reporter: Silent, timeout: 0 });
    this.cleanReferencesAfterRun(false);
    this.suite.beforeEach(function () {
      context.currentTestId = this.currentTest?.fullTitle();
    });
    for (const file of files) this.addFile(path.resolve(file));
    this.loadFiles();
  }
}

function stopAtFirstFailure(suite: Mocha.Suite, stops: boolean): void {
  suite.bail(stops);
  for (const inner of suite.suites) stopAtFirstFailure(inner, stops);
}

function resultsOf(mocha: Mocha): Promise<TestResult[]> {
  const tests: TestResult[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => resolve(tests));
    const base = (test: Mocha.Test | Mocha.Hook) => ({
      id: test.fullTitle(),
      name: test.fullTitle(),
      timeSpentMs: test instanceof Mocha.Test ? (test.duration ?? 0) : 0,
      fileName: test.file,
    });
    runner.on("pass", (test) => tests.push({ ...base(test), status: TestStatus.Success }));
    runner.on("fail", (test, error: Error) =>
      tests.push({ ...base(test), status: TestStatus.Failed, failureMessage: String(error?.stack ?? error) }),
    );
  });
}

class UnitTests implements TestRunner {
  static inject = tokens(commonTokens.options);
  readonly #files: readonly string[];
  #mocha: Mocha | undefined;

  constructor({ unitTests }: StrykerOptions) {
    this.#files = unitTests as string[];
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: true };
  }

  async dryRun({ disableBail }: DryRunOptions): Promise<DryRunResult> {
    const result = await this.#run(!disableBail);
    return result.status === DryRunStatus.Complete ? { ...result, mutantCoverage: context.mutantCoverage } : result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, testFilter, hitLimit } = options;
    if (options.reloadEnvironment) this.#mocha = undefined;
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    context.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    const result = await this.#run(!options.disableBail, activeMutant.id, testFilter);
    return toMutantRunResult(determineHitLimitReached(context.hitCount, context.hitLimit) ?? result);
  }

  async #run(stops: boolean, mutant?: string, titles?: readonly string[]): Promise<DryRunResult> {
    try {
      const mocha = (this.#mocha ??= this.#load());
      mocha.grep(new RegExp(titles?.map((title) => `^${escaped(title)}$`).join("|") ?? ""));
      stopAtFirstFailure(mocha.suite, stops);
      context.activeMutant = mutant;
      return { status: DryRunStatus.Complete, tests: await resultsOf(mocha) };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String((error as Error).stack) };
    }
  }

  #load(): Mocha {
    forgetModules();
    fc.configureGlobal({ seed: SEED });
    return new LoadedMocha(this.#files);
  }
}

/**
 * Stryker's setting for this runner: the test files. With its own setting `testFiles` a mutant would not act while
 * modules load, so no constant could be killed.
 */
export const strykerValidationSchema = {
  properties: { unitTests: { type: "array", items: { type: "string" } } },
};

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "unit-tests", UnitTests)];
