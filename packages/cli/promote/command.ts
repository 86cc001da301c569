import { type Command, Option } from "commander";
import { action, newCommand } from "../command";

const EXIT_CODES = "0 done, 1 refused or failed";

export function command(): Command {
  const root = newCommand("promote", {
    summary: "applies this commit to staging, and from there to production",
    examples: [
      "ghrunners promote staging --stack staging",
      "ghrunners promote production --stack production --approved-by octocat",
    ],
    exitCodes: EXIT_CODES,
  });
  root.addCommand(
    newCommand("staging", {
      summary: "pulumi up on staging, whose last step proves this commit for production, and its health",
      about: "Runs pulumi up on staging, whose last step proves this commit for production, and checks the health.",
      examples: ["ghrunners promote staging --stack staging"],
      exitCodes: EXIT_CODES,
      json: "promote-staging",
    }).action(action(() => (require("./run") as typeof import("./run")).toStaging)),
  );
  root.addCommand(
    newCommand("production", {
      summary: "preview with a saved plan, approval, up by that plan, health",
      about:
        "Promotes to production: preview with a saved plan, approval, up by that plan, health. The program " +
        "itself refuses at preview what staging has not proved. Every attempt leaves a record.",
      examples: ["ghrunners promote production --stack production --approved-by octocat"],
      exitCodes: EXIT_CODES,
      json: "promotion",
    })
      .addOption(new Option("--approved-by <login>", "login of the reviewer who approved it"))
      .action(action(() => (require("./run") as typeof import("./run")).toProduction)),
  );
  return root;
}
