import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("gate", {
    summary: "which runner deploys next, and why",
    about:
      "Which runner deploys next, and why: the failover switch's newest decision and its age, each runner's grade with its " +
      "reasons, the last changes, and the next thing to do. Changes nothing.",
    examples: ["ghrunners gate", "ghrunners gate --stack production --json"],
    exitCodes: "0 a runner may deploy, 1 none may, or the decision is too old or cannot be read",
    json: "gate",
  }).action(action(() => (require("./run") as typeof import("./run")).gate));
