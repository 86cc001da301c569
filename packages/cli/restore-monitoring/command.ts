import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("restore-monitoring", {
    summary: "reinstalls the stack's files on the monitoring host",
    about:
      "Reinstalls the stack's files on its monitoring host, as the state has them: rules, targets, dashboards, and " +
      "Alertmanager's file if the stack manages it. A step that fails leaves its files as they were. `ghrunners drift` " +
      "shows when that is needed: Pulumi does not see it.",
    examples: ["ghrunners restore-monitoring"],
    exitCodes: "0 done, 1 failed",
    json: "restore-monitoring",
  }).action(action(() => (require("./run") as typeof import("./run")).restore));
