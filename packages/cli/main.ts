/** `ghrunners`: what an operator runs beside `pulumi`. */
import { Command } from "commander";
import { endQuietlyWhenNobodyReads } from "@ghrunners/core/terminal";
import { runProgram } from "./command";
import { commands } from "./commands";

/**
 * The command tree. Only the named command is loaded: the others would cost half a second and are listed by name.
 * @param names commands to load; without it all of them
 */
export function program(names: readonly string[] = commands.map(({ name }) => name)): Command {
  const root = new Command("ghrunners")
    .description("Production runners for GitHub Actions: look at them, deploy with them, keep them.")
    .showHelpAfterError("(ghrunners --help lists the commands; ghrunners COMMAND --help explains one)")
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ sortSubcommands: false });
  for (const { name, group, summary, load } of commands) {
    const command = names.includes(name) ? load() : new Command(name).summary(summary).description(summary);
    root.addCommand(command.helpGroup(group).exitOverride());
    for (const child of command.commands) child.exitOverride();
  }
  return root;
}

/** Loaded by bin/ghrunners.cjs, or as the program itself; tests load it for the tree alone. */
if (/(^|\/)(ghrunners(\.cjs)?|cli\/main\.ts)$/.test(process.argv[1] ?? "")) {
  endQuietlyWhenNobodyReads();
  const argv = process.argv.slice(2);
  const [name = "--help"] = argv;
  const named = name === "help" ? argv.slice(1, 2) : [name];
  void runProgram(program(named), argv.length === 0 ? ["--help"] : argv).then((code) => {
    process.exitCode = argv.length === 0 ? 2 : code;
  });
}
