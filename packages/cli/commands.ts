/** The command tree, grouped by the user's purpose. */
import { Command, Option } from "commander";
import { action } from "./command";
import { command as alerts } from "./alerts/command";
import { command as blastRadius } from "./blast-radius/command";
import { command as completion } from "./completion/command";
import { command as consolePage } from "./console/command";
import { command as dashboards } from "./dashboards/command";
import { command as deploy } from "./deploy/command";
import { command as doctor } from "./doctor/command";
import { command as drift } from "./drift/command";
import { command as gate } from "./gate/command";
import { command as incidents } from "./incidents/command";
import { command as init } from "./init/command";
import { command as maintenance } from "./maintenance/command";
import { command as patch } from "./patch/command";
import { command as pause } from "./pause/command";
import { command as promote } from "./promote/command";
import { command as restoreMonitoring } from "./restore-monitoring/command";
import { command as restoreProtection } from "./restore-protection/command";
import { command as prune } from "./prune/command";
import { command as resume } from "./resume/command";
import { command as review } from "./review/command";
import { command as rollbackRunners } from "./rollback-runners/command";
import { command as rotate } from "./rotate/command";
import { command as runbook } from "./runbook/command";
import { command as setup } from "./setup/command";
import { command as smoke } from "./smoke/command";
import { command as status } from "./status/command";
import { command as support } from "./support/command";
import { command as upkeep } from "./upkeep/command";
import { command as why } from "./why/command";

/** Headings of the help, in its order, with their commands. */
export const groups: Readonly<Record<string, readonly (() => Command)[]>> = {
  "Begin:": [init, setup],
  "Look:": [status, doctor, consolePage, why, alerts, runbook, gate, drift, dashboards, blastRadius],
  "Deploy:": [deploy, promote, pause, resume, incidents, review],
  "Operate:": [smoke, maintenance, patch, upkeep, rotate],
  "Repair:": [rollbackRunners, restoreMonitoring, restoreProtection, prune],
  "Help:": [support, completion],
};

/** The command tree. A command's code is loaded when its action is called. */
export function program(): Command {
  const root = new Command("ghrunners")
    .description("Production runners for GitHub Actions: inspect them, deploy with them, maintain them.")
    .addOption(
      new Option("--stack <name>", "stack to work on").env("PULUMI_STACK").default(undefined, "the selected one"),
    )
    .showHelpAfterError("(ghrunners --help lists the commands; ghrunners COMMAND --help explains one)")
    .addHelpText("after", "\nghrunners --version prints the version.")
    .commandsGroup("Help:")
    .helpCommand("help [command]", "explains a command")
    .exitOverride()
    .configureHelp({ sortSubcommands: false, subcommandTerm: (command) => command.name() });
  for (const [heading, makers] of Object.entries(groups)) {
    for (const make of makers) {
      const command = make().helpGroup(heading).exitOverride();
      for (const child of command.commands) child.exitOverride();
      root.addCommand(command);
    }
  }
  // Called by the completion scripts; defined here because it needs the tree itself.
  root
    .command("complete", { hidden: true })
    .argument("<words...>", "words of the line after ghrunners; the last one is unfinished and may be empty")
    .action(
      action(
        () => (words: string[]) =>
          (require("./completion/run") as typeof import("./completion/run")).complete(root, words),
      ),
    );
  return root;
}
