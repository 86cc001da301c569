import type { Command } from "commander";
import { action, printJson, stackCommand, stackOf } from "../command";
import { driftOf } from "./drift";
import { renderDrift } from "./render";

export const command = (): Command =>
  stackCommand("drift", {
    summary: "what differs between state, GitHub and hosts, and the command that repairs it",
    about:
      "Compares what the stack made with what GitHub and the hosts show now, also where `pulumi refresh` is blind. Changes " +
      "nothing. Each difference comes with the command that repairs it. JSON schema: packages/cli/drift/report.schema.json",
    examples: ["ghrunners drift", "ghrunners drift --json"],
    exitCodes: "0 no drift, 1 drift or something that could not be read",
  })
    .option("--json", "print JSON")
    .action(
      action(async (options: { stack?: string; json?: boolean }) => {
        const report = await driftOf(await stackOf(options));
        if (options.json) printJson(report);
        else process.stdout.write(renderDrift(report));
        return report.clean ? 0 : 1;
      }),
    );
