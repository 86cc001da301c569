import type { Command } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, printJson, stackCommand, stackOf } from "../command";
import { renderStatus } from "./render";
import { hasChoice, isSeen, settledStatusOf, statusOf } from "./status";

interface Options {
  readonly stack?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
}

export const command = (): Command =>
  stackCommand("status", {
    summary: "machines, runners, environment, monitoring and what differs from the configuration",
    about:
      "Machines as Proxmox VE shows them, runners as GitHub shows them, the environment's protection, monitoring, the next " +
      "deployment's runner, the last job, and every difference from the configuration. Changes nothing. " +
      "JSON schema: packages/cli/status/report.schema.json",
    examples: ["ghrunners status", "ghrunners status --stack production --json"],
    exitCodes: "0 healthy, 1 not healthy",
  })
    .option("--wait", "after a change: wait up to 45 s until Prometheus and the failover switch have seen the runners")
    .option("--json", "print JSON")
    .action(
      action(async (options: Options) => {
        const stack = await stackOf(options);
        const isSettled = (report: Parameters<typeof isSeen>[0]): boolean => isSeen(report) && hasChoice(report);
        const report = options.wait ? await settledStatusOf(stack, note, isSettled) : await statusOf(stack);
        if (options.json) printJson(report);
        else process.stdout.write(renderStatus(report));
        return report.healthy ? 0 : 1;
      }),
    );
