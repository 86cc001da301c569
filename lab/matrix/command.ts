/**
 * `npm run lab -- matrix`: what the program does with each kind of repository and of template, seen in a lab of its
 * own.
 */
import path from "node:path";
import { Command } from "commander";
import { endEngineProcesses } from "../abandoned";
import { baseFolders, currentInstance, type Instance, instanceNamed } from "../instance";
import { labDown } from "../lifecycle";
import { withLock } from "../toolchain/lock";
import { type Matrix, runMatrix } from "./run";
import { renderMatrix } from "./table";

/** Name of the command's own lab, beside the one that GHRUNNERS_LAB names. */
export const matrixLab = (name: string): string => `${name.slice(0, 3)}-matrix`;

/**
 * Runs the matrix and takes its lab down, also where it fails or is ended by a signal.
 * @throws Error of a run that could not be performed, or that names the signal
 */
async function performMatrix(instance: Instance, say: (line: string) => void): Promise<Matrix> {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    say(`${name}: ending what runs and taking the lab "${instance.name}" down`);
    stop.abort(new Error(`Ended by ${name}. Nothing of the lab "${instance.name}" is left.`));
    void endEngineProcesses(instance);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    // What an earlier run left that was killed.
    await labDown(instance, say);
    return await runMatrix({ say, signal: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    await labDown(instance, say);
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

/**
 * One at a time: the name decides the ports.
 * @throws Error when another process has this lab
 */
function withOwnLab<T>(work: (instance: Instance) => Promise<T>): Promise<T> {
  const instance = instanceNamed(matrixLab(currentInstance().name));
  process.env.GHRUNNERS_LAB = instance.name;
  const refuse = ({ pid }: { pid: number }): never => {
    throw new Error(
      `Process ${pid} works in the lab "${instance.name}". Expected no other matrix. ` +
        "Next: wait for its end, or set GHRUNNERS_LAB to a name with other first letters",
    );
  };
  return withLock(path.join(baseFolders().state, `${instance.name}.lock`), refuse, () => work(instance));
}

/** Exit code: 1 where a row differs from what is expected, which `say` is told once more at the end. */
export function verdictOf({ repositories, templates }: Matrix, say: (line: string) => void): 0 | 1 {
  const count = [...repositories, ...templates].filter(({ differences }) => differences.length > 0).length;
  if (count === 0) return 0;
  say(`Rows that differ from what is expected: ${count}. See DIFFERS above.`);
  return 1;
}

/** @param say gets the progress */
export const matrixCommand = (say: (line: string) => void): Command =>
  new Command("matrix")
    .description("in a lab of its own: each kind of repository with pulumi up, each kind of template with a preview")
    .option("--json", "print the rows as JSON, with every word and every difference")
    .addHelpText("after", "\nExit code 1: a row differs from what is expected; standard error names it.")
    .action(async ({ json }: { json?: boolean }) => {
      const matrix = await withOwnLab((instance) => performMatrix(instance, say));
      process.stdout.write(`${json ? JSON.stringify(matrix, null, 2) : renderMatrix(matrix)}\n`);
      process.exitCode = verdictOf(matrix, say);
    });
