import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("alerts", {
    summary: "alerts that fire or are pending",
    about: "Alerts of the stack's environment as Prometheus and Alertmanager have them. Changes nothing.",
    examples: ["ghrunners alerts", "ghrunners alerts --watch", "ghrunners alerts --json"],
    exitCodes: "0 no alert fires, 1 at least one does, none can for lack of rules, or monitoring does not answer",
    json: "alerts",
  })
    .option(
      "--watch",
      "keep running and print the alerts whenever they change, with --json one object per line; Ctrl-C ends it",
    )
    .action(action(() => (require("./run") as typeof import("./run")).alerts));
