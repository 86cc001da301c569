/** What the variables of the runbooks are in a stack. Pure. */
import type { Settings } from "@ghrunners/config/parse";
import { machinesOf } from "@ghrunners/config/machines";
import { runnerUnit } from "@ghrunners/core/vocabulary/runner";

/** What stands for a variable that the stack does not tell, for the person who sets it. */
export const meanings: Readonly<Record<string, string>> = {
  RUNNER: "name of the runner",
  RUNNER_ADDRESS: "IPv4 address of the runner",
  RUNNER_HOST: "USER@ADDRESS of the runner",
  UNIT: "systemd unit of the runner",
  OTHER_HOST: "USER@ADDRESS of the other runner",
  OTHER_UNIT: "systemd unit of the other runner",
  MONITORING: "USER@ADDRESS of the monitoring host",
  GITHUB: "address of GitHub, such as https://github.com",
  TARGET_HOST: "USER@ADDRESS of the host that is deployed to",
  PLAN: "file with the deployment plan, in the application's repository",
  VERSION: "version that is deployed",
};

/** A runner or the delivery runner. */
export interface RunbookMachine {
  readonly name: string;
  readonly role: string;
  readonly address: string;
}

/** The machine that a person means by its name or role; undefined: none of the stack. */
export const machineNamed = (settings: Settings, named: string): RunbookMachine | undefined =>
  machinesOf(settings).find(({ name, role }) => name === named || role === named);

/**
 * Values of the variables that the stack tells.
 * @param stack its name
 * @param machine the one that the alert is about
 */
export function valuesOf(stack: string, settings: Settings, machine: RunbookMachine): Record<string, string> {
  const { runners, vm, monitoring, github, targets } = settings;
  const unit = (name: string): string => runnerUnit(github.repository, name);
  const other = runners.find(({ name }) => name !== machine.name);
  // The alert of a target says which one; where there are several, the operator chooses.
  const [target, ...moreTargets] = targets;
  return {
    PULUMI_STACK: stack,
    RUNNER: machine.name,
    RUNNER_ADDRESS: machine.address,
    RUNNER_HOST: `${vm.user}@${machine.address}`,
    UNIT: unit(machine.name),
    ...(other === undefined ? {} : { OTHER_HOST: `${vm.user}@${other.address}`, OTHER_UNIT: unit(other.name) }),
    ...(monitoring === undefined ? {} : { MONITORING: `${monitoring.user}@${monitoring.host}` }),
    GITHUB: github.url,
    ...(target === undefined || moreTargets.length > 0 ? {} : { TARGET_HOST: `${target.user}@${target.address}` }),
  };
}
