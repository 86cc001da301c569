import type { Command } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, printJson, stackCommand, stackOf } from "../command";
import { renderRollback } from "./render";
import { goBackIfConfigured } from "./automatic";
import { rollbackRunners } from "./rollback";

interface Options {
  readonly stack?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly automatic: boolean;
  readonly json?: boolean;
}

export const command = (): Command =>
  stackCommand("rollback-runners", {
    summary: "takes the runners' settings back to those that were last proved",
    about:
      "After an update that failed on the secondary, or made the runners worse: takes the settings of the runners (version, " +
      "template, size, labels, what jobs may run) back to those of the last update that came to its end, as the stack's " +
      "state has them; then pulumi up, a job on each role, and the status. The change of the stack's configuration file is " +
      "printed, to be committed. Interrupted, the same command carries on. " +
      "JSON schema: packages/cli/rollback-runners/report.schema.json",
    examples: ["ghrunners rollback-runners --dry-run", "ghrunners rollback-runners --yes"],
    exitCodes: "0 done and healthy, 1 failed or not healthy",
  })
    .option("--dry-run", "show the change and a preview with it; nothing is changed", false)
    .option("--yes", "Pulumi does not ask", false)
    .option(
      "--automatic",
      "for pipelines, after an update that failed: only where safety.rollbackOnFailure asks for it",
      false,
    )
    .option("--json", "print JSON")
    .action(
      action(async ({ dryRun, yes, automatic, json, ...named }: Options) => {
        const stack = await stackOf(named);
        const report = automatic
          ? await goBackIfConfigured(stack, note)
          : await rollbackRunners(stack, { dryRun, yes, say: note });
        if (report === undefined) return 0;
        if (json) printJson(report);
        else process.stdout.write(renderRollback(report));
        return report.problems.length === 0 ? 0 : 1;
      }),
    );
