import { spawn } from "node:child_process";

/** A process that ran to its end. */
export interface Finished {
  /** Exit code; 1 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both in the order in which they came. */
  readonly all: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Text for its standard input, which is closed after it; without it there is none. */
  readonly input?: string;
  /** `inherit`: the process has the terminal's three streams, and nothing is captured. `errors`: standard error goes there. `both-as-errors`: standard output too, as errors. */
  readonly terminal?: "inherit" | "errors" | "both-as-errors";
  /** Ends it with SIGTERM. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end, whatever its exit code.
 * Node's own module: the usual library for this loads for a tenth of a second, which every command would pay.
 * @param line the program and its arguments
 * @throws Error when the program cannot be started, or the signal ended it
 */
export function runProcess(line: readonly string[], options: RunOptions): Promise<Finished> {
  const [program, ...args] = line;
  const { cwd, env, input, terminal, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, args, {
      cwd,
      env,
      signal,
      stdio:
        terminal === "inherit"
          ? "inherit"
          : terminal === "both-as-errors"
            ? ["inherit", process.stderr, process.stderr]
            : [input === undefined ? "ignore" : "pipe", "pipe", terminal === "errors" ? "inherit" : "pipe"],
    });
    const text = { stdout: "", stderr: "", all: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
        text.all += chunk;
      });
    }
    // A program that ends without reading its input is no error of ours; its exit code says what happened.
    child.stdin?.on("error", () => undefined).end(input);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, ...text }));
  });
}
