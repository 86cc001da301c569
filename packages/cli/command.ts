/** What every command of the tree has in common: `--stack`, an example in its help, and how it ends. */
import { Command, CommanderError, Option } from "commander";
import { errorText } from "@ghrunners/core/terminal";
import { currentStack, type Stack } from "./pulumi/stack";

/** The command was called in a way it does not know: its message says what was expected. Exit code 2. */
export class WrongUse extends Error {}

export interface CommandText {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does and changes, in sentences. Default: the summary. */
  readonly about?: string;
  /** Command lines that a reader can type as they stand. */
  readonly examples: readonly string[];
  /** What the exit codes mean; 2 is always wrong use. */
  readonly exitCodes: string;
}

/** A command of the tree, with its help. */
export function newCommand(name: string, { summary, about = summary, examples, exitCodes }: CommandText): Command {
  const lines = examples.map((line) => `  ${line}`).join("\n");
  return new Command(name)
    .summary(summary)
    .description(about)
    .addHelpText("after", `\nExamples:\n${lines}\n\nExit code: ${exitCodes}, 2 wrong use.`);
}

/** A command that works on a stack: `--stack NAME`, else PULUMI_STACK, else the stack that is selected. */
export function stackCommand(name: string, text: CommandText): Command {
  return newCommand(name, text).addOption(
    new Option("--stack <name>", "stack to work on").env("PULUMI_STACK").default(undefined, "the selected one"),
  );
}

/** The stack that a command's options name. */
export const stackOf = ({ stack }: { stack?: string }): Promise<Stack> => currentStack(stack);

/** Prints a result for machines. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Parses the arguments and runs the command to its end. An action answers with the exit code, or nothing for 0. An error
 * is said on standard error: exit code 1 when the work failed, 2 for wrong use.
 * @param program commands whose actions return a number or nothing
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // commander has printed the help or what is wrong already; its code 0 is a help text that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`${error instanceof WrongUse ? error.message.trimEnd() : errorText(error)}\n`);
    return error instanceof WrongUse ? 2 : 1;
  }
}

/** Wraps an action whose result is the exit code. */
export function action<Args extends unknown[]>(
  work: (...args: Args) => Promise<number | undefined> | number | undefined,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = (await work(...args)) ?? 0;
  };
}
