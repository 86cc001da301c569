import type { Command } from "commander";
import { note } from "@ghrunners/core/terminal";
import { action, stackCommand, stackOf } from "../command";
import { restoreProtection } from "./restore";

export const command = (): Command =>
  stackCommand("restore-protection", {
    summary: "writes the environment's protection to GitHub again",
    about:
      "Writes reviewers, wait timer, self-review and bypass of the environment to GitHub again, as the stack's state has " +
      "them. `ghrunners drift` says when that is due: the provider does not see it.",
    examples: ["ghrunners restore-protection"],
    exitCodes: "0 done, 1 failed",
  }).action(
    action(async (options: { stack?: string }) => {
      note(`Protection of the environment ${await restoreProtection(await stackOf(options))} restored`);
      return 0;
    }),
  );
