import { failoverLacks, hasFailover } from "@ghrunners/config/failover";
import type { Settings } from "@ghrunners/config/parse";
import { print, printJson } from "../command";
import { currentStack } from "../pulumi/stack";
import { settingsOf } from "../settings";
import { readDecisions } from "./read-decisions";
import { readPause } from "./pause";
import { renderGate } from "./render";
import { judgeSwitch, parseSwitch, type GateView } from "./view";

/** How many of the newest changes are shown. */
const CHANGES = 8;

/** Why a stack has no choice of a runner, and the next command. */
export const noSwitch = (stack: string, settings: Parameters<typeof failoverLacks>[0]): string =>
  `The stack ${stack} runs no failover switch. ${failoverLacks(settings) ?? ""}`;

/**
 * Looks at the failover switch of a stack.
 * @returns undefined if the stack runs none
 */
export async function gateOf(stack: string, settings: Settings): Promise<GateView | undefined> {
  const { monitoring } = settings;
  if (monitoring === undefined || !hasFailover(settings)) return undefined;
  const { host, user, hostKey } = monitoring;
  const [output, paused] = await Promise.all([
    readDecisions({ host, user, hostKey }, settings.sshPrivateKey, CHANGES),
    readPause(settings),
  ]);
  return judgeSwitch(stack, parseSwitch(output), paused);
}

export async function gate(options: { stack?: string; json?: boolean }): Promise<number> {
  const stack = await currentStack(options.stack);
  const settings = await settingsOf(stack);
  const view = await gateOf(stack.name, settings);
  if (view === undefined) throw new Error(noSwitch(stack.name, settings));
  if (options.json) printJson<"gate">({ version: 1, ...view });
  else print(renderGate(view));
  return view.problems.length === 0 ? 0 : 1;
}
