import { type Command, Option } from "commander";
import { roles } from "@ghrunners/core/vocabulary/runner";
import { action, newCommand } from "../command";

export const command = (): Command =>
  newCommand("smoke", {
    summary: "runs one job on a runner, which proves that it works",
    about: "Starts the workflow of the setting smoke.workflow on the runner of a role, and waits for its end.",
    examples: ["ghrunners smoke", "ghrunners smoke --role secondary --json"],
    exitCodes: "0 the job succeeded on that runner, 1 it did not",
    json: "smoke",
  })
    .addOption(new Option("--role <role>", "role of the runner").choices(roles).default("primary"))
    .action(action(() => (require("./run") as typeof import("./run")).smoke));
