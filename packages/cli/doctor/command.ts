import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("doctor", {
    summary: "everything that has to work, from this machine to the last alert rule, with what fixes it",
    about:
      "Checks this machine, the stack, Proxmox VE, GitHub, the runners, monitoring and the deployment targets, in the " +
      "order in which they depend on each other. Each check says what was seen, what was expected, and the command that " +
      "fixes it. Works without a stack and before the first deployment. Takes less than 15 s; changes nothing.",
    examples: ["ghrunners doctor", "ghrunners doctor --stack production --json"],
    exitCodes: "0 healthy (warnings do not count), 1 a problem, or something could not be read",
    json: "doctor",
  })
    .option("--limit <seconds>", "time limit for everything that is read, for slow lines", "14")
    .action(action(() => (require("./run") as typeof import("./run")).doctor));
