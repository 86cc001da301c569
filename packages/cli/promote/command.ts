import { type Command, Option } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, newCommand, printJson, stackCommand, stackOf } from "../command";
import { promote } from "./production";
import { proveStaging } from "./staging";

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
      summary: "pulumi up on staging, its health, one job on its runner; what they prove is recorded for this commit",
      examples: ["ghrunners promote staging --stack staging"],
      exitCodes: EXIT_CODES,
    })
      .option("--json", "print JSON")
      .action(
        action(async (options: Options) => {
          const proof = await proveStaging(await stackOf(options), note);
          if (options.json) printJson(proof);
          return 0;
        }),
      ),
  );
  root.addCommand(
    stackCommand("production", {
      summary: "commit, staging proof, preview with a saved plan, approval, up by that plan, health",
      about:
        "Takes production through its gates: commit, staging proof, preview with a saved plan, approval, up by that plan, " +
        "health. Every attempt leaves a record (packages/cli/promote/record.schema.json).",
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
