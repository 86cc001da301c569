import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("prune", {
    summary: "finds what a stack left behind, and removes it with --apply",
    about:
      "Finds what this stack once made and no longer has: runners that GitHub still lists, machines at Proxmox VE whose notes " +
      "name this stack, runner versions on its machines, and with --plan releases on the plan's target. Without --apply " +
      "nothing is changed. What another stack owns, or what cannot be attributed, is never removed.",
    examples: ["ghrunners prune", "ghrunners prune --plan deployment.yaml", "ghrunners prune --apply"],
    exitCodes: "0 listed, or nothing is left, 1 something could not be read or was not removed",
    json: "prune",
  })
    .option("--apply", "remove what is listed as removable", false)
    .option("--plan <file>", "deployment plan; also its target's releases beyond limits.keepReleases")
    .option("--force <words>", "the override sentence, to remove runners that are online and machines that run too")
    .action(action(() => (require("./run") as typeof import("./run")).prune));
