import { hasFailover } from "@ghrunners/config/failover";
import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { readDecisions } from "./read-decisions";
import { readPause } from "./pause";
import { renderGate } from "./render";
import { judgeSwitch, parseSwitch, type GateView } from "./view";

/** How many of the newest changes are shown. */
const CHANGES = 8;

async function look(named: { stack?: string }): Promise<GateView> {
  const stack = await currentStack(named.stack);
  const settings = await settingsOf(stack);
  const { monitoring } = settings;
  if (monitoring === undefined || !hasFailover(settings)) {
    throw new Error(
      `The stack ${stack.name} runs no failover switch, expected monitoring.fleetExporter and a token of its own. ` +
        "Next: pulumi config set --secret ghrunners:failoverToken",
    );
  }
  const { host, user, hostKey } = monitoring;
  const [output, paused] = await Promise.all([
    readDecisions({ host, user, hostKey }, settings.sshPrivateKey, CHANGES),
    readPause(settings),
  ]);
  return judgeSwitch(stack.name, parseSwitch(output), paused);
}

export async function gate(options: { stack?: string; json?: boolean }): Promise<number> {
  const view = await look(options);
  if (options.json) printJson<"gate">({ version: 1, ...view });
  else print(renderGate(view));
  return view.problems.length === 0 ? 0 : 1;
}
