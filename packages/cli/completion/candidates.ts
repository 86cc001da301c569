/** Candidates for the last word of an unfinished command line. Pure. */
import type { Command, Option } from "commander";

const optionNamed = (command: Command, word: string): Option | undefined =>
  visibleOptions(command).find(({ long, short }) => word === long || word === short);

/** Options of the command and of its parents, as its help shows them. */
function visibleOptions(command: Command): readonly Option[] {
  const help = command.createHelp();
  help.showGlobalOptions = true;
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

/**
 * @param root the command tree
 * @param words the words after the program's name; the last is the unfinished one, empty after a blank
 * @param stacks names of the stacks, for `--stack`
 * @returns candidates that begin with the last word; empty if none are known, such as for a file
 */
export function candidates(root: Command, words: readonly string[], stacks: readonly string[]): string[] {
  // Bash treats the = in --stack=NAME as a word of its own.
  const line = words.filter((word) => word !== "=");
  const last = words.at(-1) === "=" ? "" : (line.pop() ?? "");
  let command = root;
  let open: Option | undefined;
  for (const word of line) {
    if (open !== undefined) open = undefined;
    else if (word.startsWith("-")) {
      const option = optionNamed(command, word);
      open = option?.required ? option : undefined;
    } else command = command.commands.find((child) => child.name() === word) ?? command;
  }
  const fitting = (names: readonly string[]): string[] => names.filter((name) => name.startsWith(last)).sort();
  if (open !== undefined) return fitting(open.long === "--stack" ? stacks : (open.argChoices ?? []));
  if (last.startsWith("-")) return fitting(visibleOptions(command).flatMap(({ long }) => long ?? []));
  const children = command.createHelp().visibleCommands(command);
  const values = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return fitting([...children.map((child) => child.name()), ...values]);
}
