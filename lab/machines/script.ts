import { spawn } from "node:child_process";
import path from "node:path";
import type { Instance } from "../instance";

const scripts = path.join(__dirname, "scripts");

export const scriptPath = (name: string): string => path.join(scripts, `${name}.sh`);

/** Folder of the instance's machines; `template` in it links to the template's root file system. */
export const machinesFolder = (instance: Pick<Instance, "state">): string => path.join(instance.state, "machines");

/** Environment of every machine script (scripts/lib.sh). */
export function scriptEnvironment(instance: Pick<Instance, "prefix" | "state">): NodeJS.ProcessEnv {
  return {
    PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin`,
    LANG: "C",
    GHR_PREFIX: instance.prefix,
    GHR_MACHINES: machinesFolder(instance),
  };
}

/** A program that did not end with 0; the message has the last lines that it printed. */
export class ScriptFailure extends Error {
  constructor(
    message: string,
    /** Its exit code; null = a signal ended it. */
    readonly code: number | null,
    /** The last line that it printed. */
    readonly lastLine: string,
  ) {
    super(message);
  }
}

/**
 * Runs a program to its end.
 * @param say gets each line of its standard output and error as it comes
 * @returns its standard output
 * @throws ScriptFailure when it does not end with 0
 */
export function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  say: (line: string) => void = () => undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const output: string[] = [];
    const lines: string[] = [];
    let rest = "";
    const take = (text: string): void => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        say(line);
      }
    };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.push(text);
      take(text);
    });
    child.stderr.setEncoding("utf8").on("data", take);
    child.on("error", reject);
    // Not "close": a supervisor that goes on holds no pipe of ours, but nothing here should depend on that.
    child.on("exit", (code, signal) => {
      setImmediate(() => {
        if (code === 0) return resolve(output.join(""));
        const tail = [...lines, rest].filter((line) => line !== "").slice(-8);
        const message = `${path.basename(program)} ${args.join(" ")} ended with ${signal ?? code}:\n${tail.join("\n")}`;
        reject(new ScriptFailure(message, code, tail.at(-1) ?? ""));
      });
    });
  });
}
