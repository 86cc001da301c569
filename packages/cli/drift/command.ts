import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("drift", {
    summary: "what differs between state, GitHub and hosts, and the command that repairs it",
    about:
      "Compares what the stack made with what GitHub and the hosts show now, including what `pulumi refresh` does not see. Changes " +
      "nothing. Each difference comes with the command that repairs it.",
    examples: ["ghrunners drift", "ghrunners drift --json"],
    exitCodes: "0 no drift, 1 drift or something that could not be read",
    json: "drift",
  }).action(action(() => (require("./run") as typeof import("./run")).drift));
