/** Asks `pulumi` about one stack, or sets its configuration: nothing here runs the program. */
import { explainPulumi, lackOf, PulumiError } from "./explain";
import { pulumiProcess, type Stack } from "./stack";

/** Adds `--stack` to the arguments, unless the user has given it. */
export function withStack(args: readonly string[], { name }: Pick<Stack, "name">): string[] {
  const named = args.some((arg) => ["--stack", "-s"].some((flag) => arg === flag || arg.startsWith(`${flag}=`)));
  return named ? [...args] : [...args, "--stack", name];
}

/**
 * Runs pulumi and returns its output.
 * @param input text for its standard input, for secrets
 * @throws PulumiError that says why it failed and, if known, what to do
 */
export async function capturePulumi(stack: Stack, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await pulumiProcess(withStack(args, stack), stack, { input });
  const said = stderr || stdout;
  if (code !== 0) throw new PulumiError(explainPulumi(args, said, stack.name), lackOf(said));
  return stdout;
}
