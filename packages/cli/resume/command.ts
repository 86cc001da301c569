import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("resume", {
    summary: "ends a pause of deployments before its time",
    about:
      "Ends the pause of the stack's environment. Runs that the gate refused meanwhile must be started again. Where " +
      "DEPLOY_PAUSED cannot be read, it is removed, with the pauses of other stacks on this repository.",
    examples: ["ghrunners resume", "ghrunners resume --stack production"],
    exitCodes: "0 not paused, 1 failed",
    json: "pause",
  }).action(action(() => (require("../pause/run") as typeof import("../pause/run")).resume));
