import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("incidents", {
    summary: "what went wrong with deployments, and the issue of each",
    about:
      "The incidents that deployments left on the stack's targets, and the issue of each. --send opens an issue for each one " +
      "that has none: once, whoever sends, however often. The token needs Issues write.",
    examples: ["ghrunners incidents", "ghrunners incidents --send"],
    exitCodes: "0 all of them have an issue, 1 one has none or a target cannot be asked",
    json: "incidents",
  })
    .option("--send", "open the issues that are missing")
    .action(action(() => (require("./run") as typeof import("./run")).incidents));
