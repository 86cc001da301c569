import { type Command, Option } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, newCommand, printJson, stackCommand, stackOf } from "../command";
import { promote } from "./production";
import { updateStaging } from "./staging";

const EXIT_CODES = "0 done, 1 refused or failed";

interface Options {
  readonly stack?: string;
  readonly approvedBy?: string;
  readonly json?: boolean;
}

export function command(): Command {
  const root = newCommand("promote", {
    summary: "takes this commit to staging, and from there to production",
    examples: [
      "ghrunners promote staging --stack staging",
      "ghrunners promote production --stack production --approved-by octocat",
    ],
    exitCodes: EXIT_CODES,
  });
  root.addCommand(
    stackCommand("staging", {
      summary: "pulumi up on staging, whose last step proves this commit for production, and its health",
      examples: ["ghrunners promote staging --stack staging"],
      exitCodes: EXIT_CODES,
    })
      .option("--json", "print JSON")
      .action(
        action(async (options: Options) => {
          const stack = await stackOf(options);
          await updateStaging(stack, note);
          if (options.json) printJson({ stack: stack.name, result: "proved" });
          return 0;
        }),
      ),
  );
  root.addCommand(
    stackCommand("production", {
      summary: "preview with a saved plan, approval, up by that plan, health",
      about:
        "Takes production through its steps: preview with a saved plan, approval, up by that plan, health. The program " +
        "itself refuses in the preview what staging has not proved. Every attempt leaves a record (packages/cli/promote/record.schema.json).",
      examples: ["ghrunners promote production --stack production --approved-by octocat"],
      exitCodes: EXIT_CODES,
    })
      .addOption(new Option("--approved-by <login>", "login of the reviewer who approved it"))
      .option("--json", "print JSON")
      .action(
        action(async (options: Options) => {
          const record = await promote(await stackOf(options), { approvedBy: options.approvedBy, say: note });
          if (options.json) printJson(record);
          note(`Production: ${record.result}`);
          return record.result === "promoted" ? 0 : 1;
        }),
      ),
  );
  return root;
}
