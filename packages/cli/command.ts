/** What all commands share: an example in the help, `--json`, and exit codes. */
import { Command, CommanderError, Help, type Option } from "commander";
import { errorText } from "@ghrunners/core/terminal";
import { onStack } from "@ghrunners/core/vocabulary/on-stack";
import type { Described } from "@ghrunners/core/schema";
import type { SchemaName, schemas } from "./schemas";
import { asTyped } from "./as-typed";
import { Interrupted, INTERRUPTED } from "./pulumi/interrupted";

/** Wrong arguments; the message says what was expected. Exit code 2. */
export class WrongUse extends Error {}

export interface CommandText {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What it does and changes, in full sentences. Default: the summary as a sentence. */
  readonly about?: string;
  /** Command lines that a reader can type as they are. */
  readonly examples: readonly string[];
  /** Meaning of the exit codes; 2 is always wrong use. */
  readonly exitCodes: string;
  /** Name of the schema (./schemas.ts) of the `--json` output. Default: the command has no `--json`. */
  readonly json?: SchemaName;
}

/** Options of the parent commands that this one does not define itself. */
function inherited(this: Help, command: Command): Option[] {
  const all = new Help().visibleGlobalOptions.call(this, command);
  return all.filter(({ long }) => command.options.every((own) => own.long !== long));
}

const sentence = (line: string): string => `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;

/** Creates a command of the tree, with its help. */
export function newCommand(
  name: string,
  { summary, about = sentence(summary), examples, exitCodes, json }: CommandText,
): Command {
  const lines = examples.map((line) => `  ${line}`).join("\n");
  const schema = json === undefined ? "" : `JSON schema: docs/reference/schemas/${json}.json\n`;
  const command = new Command(name)
    .summary(summary)
    .description(about)
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions: inherited })
    .addHelpText("after", `\nExamples:\n${lines}\n\n${schema}Exit code: ${exitCodes}, 2 wrong use.`);
  return json === undefined ? command : command.option("--json", "print JSON");
}

/**
 * Lets a command do something without a verb, and refuse a word that is none of its verbs as every other group does. By
 * itself, commander takes such a word for an argument too many.
 */
export function withOptionalVerb(group: Command): Command {
  return group.allowExcessArguments().hook("preAction", (_, called) => {
    // Not in commander's typings: throws the error with the nearest name.
    if (called === group && group.args.length > 0) (group as unknown as { unknownCommand(): never }).unknownCommand();
  });
}

/** The stack named on the command line. It is added to the commands that a result or an error suggests. */
let named: string | undefined;
/** First words after `ghrunners`. */
let commands: readonly string[] = [];

/** A text whose commands can be pasted as they are. */
export const pasteable = (text: string): string =>
  asTyped(named === undefined ? text : onStack(text, named), commands, process.env);

/** Prints a result as text. */
export function print(text: string): void {
  process.stdout.write(pasteable(text));
}

/** Prints a result as JSON, in the form of its schema. */
export function printJson<Name extends SchemaName>(value: Described<(typeof schemas)[Name]>): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Parses the arguments and runs the command to its end. An action returns the exit code, or nothing for 0. Errors go to
 * standard error: exit code 1 if the work failed, 2 for wrong use, 130 if Ctrl-C ended it.
 * @param program its commands' actions return a number or nothing
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<number> {
  commands = program.commands.map((command) => command.name());
  program.hook("preAction", (root) => {
    if (root.getOptionValueSource("stack") === "cli") named = root.opts<{ stack: string }>().stack;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // commander has already printed the help or the error; its code 0 means that help was requested.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const inWords = error instanceof WrongUse || error instanceof Interrupted;
    const text = inWords ? error.message.trimEnd() : errorText(error);
    process.stderr.write(`${pasteable(text)}\n`);
    if (error instanceof Interrupted) return INTERRUPTED;
    return error instanceof WrongUse ? 2 : 1;
  }
}

type Work<Args extends unknown[]> = (...args: Args) => Promise<number | undefined> | number | undefined;

/**
 * An action whose result is the exit code. Its file is loaded only when it is called: help and completion do not need
 * its libraries, which take half a second to load.
 * @param load returns the function; it gets the command's arguments, then all options, including those of the parent
 * commands
 */
export function action<Args extends unknown[]>(load: () => Work<Args>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const command = args.at(-1) as Command;
    const all = [...args.slice(0, -2), command.optsWithGlobals()] as Args;
    process.exitCode = (await load()(...all)) ?? 0;
  };
}
