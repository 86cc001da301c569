/** All checks for what was read, in the order in which they depend on each other. Pure. */
import { preflightInputs } from "@ghrunners/config/arguments/preflight";
import { machinesOf } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import type { DoctorCheck } from "../check";
import type { DoctorFacts, OwnFacts } from "../facts";
import { changeChecks } from "./changes";
import { githubChecks } from "./github";
import { monitoringChecks } from "./monitoring";
import { ownChecks } from "./own";
import { proxmoxChecks } from "./proxmox";
import { runnerChecks } from "./runners";
import { targetChecks } from "./targets";

/** The stack's settings; undefined while they cannot be read or have problems. */
export function settingsIn({ configuration }: Pick<OwnFacts, "configuration">): Settings | undefined {
  return "value" in configuration && "settings" in configuration.value ? configuration.value.settings : undefined;
}

/** Without settings there are only the checks of this machine and the stack: nothing else has an address. */
export function checksFor(facts: DoctorFacts): DoctorCheck[] {
  const own = ownChecks(facts.own);
  const settings = settingsIn(facts.own);
  const { stack } = facts.own;
  const { proxmox, github } = facts;
  if (settings === undefined || proxmox === undefined || github === undefined || "error" in stack) return own;
  const inputs = { ...preflightInputs(settings, stack.value), refusals: [] };
  return [
    ...own,
    ...proxmoxChecks(proxmox, inputs, facts.at),
    ...githubChecks(github, inputs, settings, facts),
    ...machinesOf(settings).flatMap((runner) => runnerChecks(facts, settings, runner)),
    ...monitoringChecks(facts, settings),
    ...settings.targets.flatMap((target) => targetChecks(facts, settings, target)),
    ...changeChecks(facts, stack.value, settings),
  ];
}
