import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("incidents", {
    summary: "what went wrong with deployments, and the issue of each",
    about:
      "The incidents that deployments left on the stack's targets, and the issue of each. --send opens one issue for each that " +
      "has none, however often it is run and by whom. The token needs Issues write.",
    examples: ["ghrunners incidents", "ghrunners incidents --send"],
    exitCodes:
      "0 all of them have an issue, or nothing was deployed yet, 1 one has none, or a target cannot be reached",
    json: "incidents",
  })
    .option("--send", "open the issues that are missing")
    .action(action(() => (require("./run") as typeof import("./run")).incidents));
