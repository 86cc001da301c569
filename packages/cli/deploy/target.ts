import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { Settings } from "@ghrunners/config/parse";
import { untilHostAnswers } from "@ghrunners/lab/hosts/ready";
import { labUp } from "@ghrunners/lab/lifecycle";
import { projectRoot, type Stack } from "../pulumi/stack";

/** Where a target of the stack is. @throws Error that names those there are */
export function addressOf({ targets }: Pick<Settings, "targets">, name: string): HostAddress {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return { host: found.address, user: found.user, hostKey: found.hostKey };
  const known = targets.map((target) => target.name).join(", ") || "none is configured";
  throw new Error(`The target "${name}" is not in ghrunners:targets. Known: ${known}.`);
}

/**
 * The laboratory's target is booted when somebody needs it; elsewhere nothing happens.
 * @throws Error in a laboratory without machines
 */
export async function bootLabTarget({ lab }: Pick<Stack, "lab">, say: (line: string) => void): Promise<void> {
  if (lab === undefined) return;
  if (lab.mode !== "machines")
    throw new Error("This laboratory has no machines, and so no deployment target. Expected root on Linux.");
  await labUp(lab.instance, { projectRoot, say, hosts: ["monitoring", "app"] });
  await untilHostAnswers(lab.instance, "app");
}
