/**
 * Programs of the lab that run in a process of their own, most of them inside its network; input and output are JSON.
 */
import { text } from "node:stream/consumers";
import { projectRoot } from "@ghrunners/core/project-root";
import { nodeLine } from "@ghrunners/core/node-line";
import { runProcess } from "@ghrunners/core/process";
import { inside, type LabSession } from "./pulumi/session";

export interface WorkerOptions {
  /** `lab`: inside its network namespace. `host`: on the host, for what works on the lab from outside. */
  readonly where?: "lab" | "host";
  /** Ends the worker. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a worker file with its input on standard input, so that tokens are in no argument list and no environment.
 * @param file TypeScript file relative to the project that calls {@link worker}
 * @throws Error with the worker's own words
 */
export async function runWorker<Input, Output>(
  session: LabSession,
  file: string,
  input: Input,
  { where = "lab", signal }: WorkerOptions = {},
): Promise<Output> {
  const line = nodeLine(file);
  const result = await runProcess(where === "lab" ? inside(session, line) : line, {
    cwd: projectRoot,
    env: session.env,
    input: JSON.stringify(input),
    terminal: "errors",
    signal,
  });
  if (result.code !== 0) throw new Error(result.stdout || `${file} failed with exit code ${result.code}.`);
  return JSON.parse(result.stdout) as Output;
}

/**
 * The worker's side: reads the input, prints the output; an error's message goes to standard output with exit code 1.
 */
export function worker<Input, Output>(work: (input: Input) => Promise<Output>): void {
  text(process.stdin)
    .then((given) => work(JSON.parse(given) as Input))
    .then(
      (output) => void process.stdout.write(JSON.stringify(output)),
      (error: unknown) => {
        process.stdout.write(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
      },
    );
}
