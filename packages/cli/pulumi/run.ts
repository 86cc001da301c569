/** Runs `pulumi` on one stack. */
import { noticingInterrupt } from "@ghrunners/core/interrupted";
import { explainPulumi } from "./explain";
import { Interrupted } from "./interrupted";
import { pulumiProcess, type Stack } from "./stack";

/** Adds `--stack` to the arguments, unless the user has given it. */
export function withStack(args: readonly string[], { name }: Pick<Stack, "name">): string[] {
  const named = args.some((arg) => ["--stack", "-s"].some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
  return named ? [...args] : [...args, "--stack", name];
}

/**
 * Runs pulumi with access to the terminal.
 * @param output `errors`: its output goes to standard error, because standard output is for a result
 * @returns its exit code
 * @throws Interrupted if Ctrl-C ended it
 */
export async function runPulumi(
  stack: Stack,
  args: readonly string[],
  output: "terminal" | "errors" = "terminal",
): Promise<number> {
  const terminal = output === "terminal" ? "inherit" : "both-as-errors";
  // Ctrl-C reaches pulumi through the terminal's process group; wait for it, because it unlocks the stack itself.
  const { value, interrupted } = await noticingInterrupt(() =>
    pulumiProcess(withStack(args, stack), stack, { terminal }),
  );
  if (interrupted && value.code !== 0) throw new Interrupted(`pulumi ${args[0]}`);
  return value.code;
}

/**
 * Runs pulumi and returns its output.
 * @param input text for its standard input, for secrets
 * @throws Error that says why it failed and, if known, what to do
 */
export async function capturePulumi(stack: Stack, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await pulumiProcess(withStack(args, stack), stack, { input });
  if (code !== 0) throw new Error(explainPulumi(args, stderr || stdout, stack.name));
  return stdout;
}
