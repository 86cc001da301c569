import type { Command } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, stackCommand, stackOf } from "../command";
import { restoreMonitoring } from "./restore";

export const command = (): Command =>
  stackCommand("restore-monitoring", {
    summary: "puts the stack's files on the monitoring host again",
    about:
      "Puts the stack's files on its monitoring host again, as the state has them: rules, targets, dashboards, and " +
      "Alertmanager's file where the stack manages it. A step that fails leaves its files as they were. `ghrunners drift` " +
      "says when that is due: Pulumi does not see it.",
    examples: ["ghrunners restore-monitoring"],
    exitCodes: "0 done, 1 failed",
  }).action(
    action(async (options: { stack?: string }) => {
      for (const line of await restoreMonitoring(await stackOf(options))) note(line);
      return 0;
    }),
  );
