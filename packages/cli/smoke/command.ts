import { type Command, Option } from "commander";
import { type Role, roles } from "@ghrunners/core/vocabulary/runner";
import { note } from "@ghrunners/core/terminal";
import { action, printJson, stackCommand, stackOf } from "../command";
import { runSmokeJob } from "./smoke-job";

interface Options {
  readonly stack?: string;
  readonly role: Role;
  readonly json?: boolean;
}

export const command = (): Command =>
  stackCommand("smoke", {
    summary: "runs one job on a runner, which proves that it works",
    about: "Starts the workflow of the setting smoke.workflow on the runner of a role and waits for its end.",
    examples: ["ghrunners smoke", "ghrunners smoke --role secondary --json"],
    exitCodes: "0 the job succeeded on that runner, 1 it did not",
  })
    .addOption(new Option("--role <role>", "role of the runner").choices(roles).default("primary"))
    .option("--json", "print JSON")
    .action(
      action(async (options: Options) => {
        const stack = await stackOf(options);
        note(`running a job on the ${options.role}`);
        const result = await runSmokeJob(stack, options.role);
        if (options.json) printJson(result);
        else process.stdout.write(`${result.runner}: ${result.conclusion}, ${result.url}\n`);
        return 0;
      }),
    );
