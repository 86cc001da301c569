import { nodeLine } from "./node-line";
import { runProcess } from "@ghrunners/core/process";
import type { Engine } from "./pulumi/engine";
import { projectRoot } from "./pulumi/stack";

/**
 * Runs a worker file where the stack's services can be reached (the lab's namespace, else here),
 * with its input as JSON on standard input, so that tokens are in no argument list and no environment.
 * @param file TypeScript file relative to the project, which reads stdin and prints one JSON value
 * @param signal ends the worker
 * @throws Error with the worker's own words
 */
export async function runInside<Input, Output>(
  engine: Engine,
  file: string,
  input: Input,
  signal?: AbortSignal,
): Promise<Output> {
  const line = [...engine.prefix, ...nodeLine(file)];
  const result = await runProcess(line, {
    cwd: projectRoot,
    env: engine.env,
    input: JSON.stringify(input),
    terminal: "errors",
    signal,
  });
  if (result.code !== 0) throw new Error(result.stdout || `${file} failed with exit code ${result.code}.`);
  return JSON.parse(result.stdout) as Output;
}

/** The other side of {@link runInside}: reads the input, prints the output; an error's message goes to stdout with exit code 1. */
export function worker<Input, Output>(work: (input: Input) => Promise<Output>): void {
  const read = async (): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  };
  read()
    .then((text) => work(JSON.parse(text) as Input))
    .then(
      (output) => void process.stdout.write(JSON.stringify(output)),
      (error: unknown) => {
        process.stdout.write(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
      },
    );
}
