import type { Command } from "commander";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("rollback-runners", {
    summary: "restores the runners' settings that were last proved",
    about:
      "After an update that failed on the secondary, or made the runners worse: sets the settings of the runners (version, " +
      "template, size, labels, what jobs may run) back to those of the last update that completed, as the stack's " +
      "state has them; then runs pulumi up, a job on each role, and the status. The change of the stack's configuration file is " +
      "printed, to be committed. After an interruption, the same command resumes.",
    examples: ["ghrunners rollback-runners --dry-run", "ghrunners rollback-runners --yes"],
    exitCodes: "0 done and healthy, 1 failed or not healthy",
    json: "rollback-runners",
  })
    .option("--dry-run", "show the change and a preview with it; nothing is changed", false)
    .option("--yes", "Pulumi does not ask for confirmation", false)
    .option(
      "--automatic",
      "for pipelines, after an update that failed: acts only if safety.rollbackOnFailure allows it",
      false,
    )
    .action(action(() => (require("./run") as typeof import("./run")).rollback));
