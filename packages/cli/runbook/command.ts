import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("runbook", {
    summary: "what to do about an alert, with this stack's names filled in",
    about:
      "Prints the section of an alert's runbook: what it means, check, fix, verify, escalate. Addresses, users and units in its " +
      "commands are those of the stack, so they can be pasted. Without an alert it lists all of them. Changes nothing.",
    examples: [
      "ghrunners runbook RunnerOffline",
      "ghrunners runbook RunnerOffline --runner secondary",
      "ghrunners runbook",
    ],
    exitCodes: "0 printed, 1 the stack's settings cannot be read: the section is printed with variables to set",
    json: "runbook",
  })
    .argument("[alert]", "name of the alert, or the address of its runbook as the alert has it")
    .option("--runner <name>", "runner that the alert names, by its name or its role; default: primary")
    .action(action(() => (require("./run") as typeof import("./run")).runbook));
