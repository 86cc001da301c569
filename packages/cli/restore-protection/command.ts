import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("restore-protection", {
    summary: "writes the environment's protection to GitHub again",
    about:
      "Writes reviewers, wait timer, self-review and bypass of the environment to GitHub again, as the stack's state has " +
      "them. `ghrunners drift` shows when that is needed: the provider does not see it.",
    examples: ["ghrunners restore-protection"],
    exitCodes: "0 done, 1 failed",
    json: "restore-protection",
  }).action(action(() => (require("./run") as typeof import("./run")).restore));
