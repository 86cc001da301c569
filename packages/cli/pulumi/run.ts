/** `pulumi` on one stack, as a person would type it. */
import { explainPulumi } from "./explain";
import { Interrupted } from "./interrupted";
import { pulumiProcess, type Stack } from "./stack";

/** The arguments with the stack named, where the person has not named one. */
export function withStack(args: readonly string[], { name }: Pick<Stack, "name">): string[] {
  const named = args.some((arg) => ["--stack", "-s"].some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
  return named ? [...args] : [...args, "--stack", name];
}

/**
 * Runs pulumi with the terminal handed over.
 * @param output `errors`: what it prints goes to standard error, because standard output is for a result
 * @returns its exit code
 * @throws Interrupted when Ctrl-C ended it
 */
export async function runPulumi(
  stack: Stack,
  args: readonly string[],
  output: "terminal" | "errors" = "terminal",
): Promise<number> {
  // Ctrl-C reaches pulumi through the terminal's process group; it unlocks the stack itself and is waited for.
  let interrupted = false;
  const remember = (): void => void (interrupted = true);
  process.on("SIGINT", remember);
  try {
    const terminal = output === "terminal" ? "inherit" : "both-as-errors";
    const { code } = await pulumiProcess(withStack(args, stack), stack, { terminal });
    if (interrupted && code !== 0) throw new Interrupted(`pulumi ${args[0]}`);
    return code;
  } finally {
    process.off("SIGINT", remember);
  }
}

/**
 * Runs pulumi and returns what it printed.
 * @param input text for its standard input, for secrets
 * @throws Error that says why it failed, and what to do where that is known
 */
export async function capturePulumi(stack: Stack, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await pulumiProcess(withStack(args, stack), stack, { input });
  if (code !== 0) throw new Error(explainPulumi(args, stderr || stdout, stack.name));
  return stdout;
}
