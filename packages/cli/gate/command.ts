import type { Command } from "commander";
import { hasFailover } from "@ghrunners/config/failover";
import { action, printJson, stackCommand, stackOf } from "../command";
import { settingsOf } from "../settings";
import { readDecisions } from "./read-decisions";
import { renderGate } from "./render";
import { judgeSwitch, parseSwitch, type GateView } from "./view";

/** How many of the newest changes are shown. */
const CHANGES = 8;

async function look(named: { stack?: string }): Promise<GateView> {
  const stack = await stackOf(named);
  const settings = await settingsOf(stack);
  const { monitoring } = settings;
  if (monitoring === undefined || !hasFailover(settings)) {
    throw new Error(
      `The stack ${stack.name} runs no failover switch, expected monitoring.fleetExporter and a token of its own. ` +
        "Next: pulumi config set --secret ghrunners:failoverToken",
    );
  }
  const { host, user, hostKey } = monitoring;
  const output = await readDecisions({ host, user, hostKey }, settings.sshPrivateKey, CHANGES);
  return judgeSwitch(stack.name, parseSwitch(output));
}

export const command = (): Command =>
  stackCommand("gate", {
    summary: "which runner deploys next, and why",
    about:
      "Which runner deploys next, and why: the failover switch's newest decision and its age, each runner's grade with its " +
      "reasons, the last changes, and the next thing to do. Changes nothing.",
    examples: ["ghrunners gate", "ghrunners gate --stack production --json"],
    exitCodes: "0 a runner may deploy, 1 none may, or the decision is too old or cannot be read",
  })
    .option("--json", "print JSON")
    .action(
      action(async (options: { stack?: string; json?: boolean }) => {
        const view = await look(options);
        if (options.json) printJson(view);
        else process.stdout.write(renderGate(view));
        return view.problems.length === 0 ? 0 : 1;
      }),
    );
