import { spawn } from "node:child_process";
import { ToolchainError } from "./errors";

/** How a program ended. */
export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  /** The last lines of the standard error. */
  readonly stderr: string;
}

const KEPT_STDERR = 8_000;

/**
 * Runs a program to its end.
 * @throws ToolchainError when it cannot be started
 */
export async function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-KEPT_STDERR)));
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(new ToolchainError(`${program} cannot be started (${error.code ?? error.message}).`)),
    );
    child.on("close", (code, signal) => {
      if (signal === null) resolve({ code: code ?? 1, stdout, stderr });
      else reject(new ToolchainError(`${program} ${args.join(" ")} was ended by ${signal}.`));
    });
  });
}
