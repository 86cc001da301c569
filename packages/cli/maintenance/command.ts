import type { Command } from "commander";
import { action, newCommand, withOptionalVerb } from "../command";

const EXIT_CODES = "0 done, 1 refused or failed";

export function command(): Command {
  const root = newCommand("maintenance", {
    summary: "takes a runner out of service for a time, and shows which ones are",
    about: "Without a verb: which runners are in maintenance, until when and why.",
    examples: [
      "ghrunners maintenance",
      "ghrunners maintenance start secondary --for 2h --reason 'new disk'",
      "ghrunners maintenance end secondary",
    ],
    exitCodes: EXIT_CODES,
    json: "maintenance",
  }).action(action(() => (require("./run") as typeof import("./run")).show));
  root.addCommand(
    newCommand("start", {
      summary: "takes a runner out of service",
      about:
        "Deployments go to another runner, its own alerts are silent, and the command waits until it is idle. All of this ends " +
        "by itself at the end of the time. RUNNER: a name, primary or secondary.",
      examples: ["ghrunners maintenance start secondary --for 2h --reason 'new disk'"],
      exitCodes: EXIT_CODES,
      json: "maintenance-change",
    })
      .argument("<runner>", "name of the runner, or its role")
      .requiredOption("--for <time>", "how long: 30m, 2h, 1d, at most 7d")
      .requiredOption("--reason <text>", "why; it is shown wherever the maintenance is")
      .option(
        "--extend",
        "set a later end for a maintenance that is on; without it, the same command only resumes it",
        false,
      )
      .option("--force <words>", "the override sentence, when no other runner is healthy")
      .option("--dry-run", "show what would be done", false)
      .action(action(() => (require("./run") as typeof import("./run")).start)),
  );
  root.addCommand(
    newCommand("end", {
      summary: "puts a runner back into service",
      examples: ["ghrunners maintenance end secondary", "ghrunners maintenance end --all"],
      exitCodes: EXIT_CODES,
      json: "maintenance-change",
    })
      .argument("[runner]", "name of the runner, or its role")
      .option("--all", "all runners of the stack, also where the record is unreadable", false)
      .action(action(() => (require("./run") as typeof import("./run")).end)),
  );
  return withOptionalVerb(root);
}
