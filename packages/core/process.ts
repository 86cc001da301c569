import { spawn } from "node:child_process";

/** A process that ran to its end. */
export interface Finished {
  /** Exit code; 1 when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output and standard error in the order in which they arrived. */
  readonly all: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Text for its standard input, which is then closed; default: no input. */
  readonly input?: string;
  /**
   * `inherit`: the process uses the terminal's three streams, and nothing is captured. `errors`: its standard error
   * goes to the terminal. `both-as-errors`: both its streams go to the terminal's standard error.
   */
  readonly terminal?: "inherit" | "errors" | "both-as-errors";
  /** Ends the process with SIGTERM. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a program to its end, whatever its exit code. Uses Node's own module: the usual library takes a tenth of a
 * second to load, on every command.
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
    // A program may end without reading its input. That is no error here; its exit code says what happened.
    child.stdin?.on("error", () => undefined).end(input);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, ...text }));
  });
}
