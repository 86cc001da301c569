import type { Settings } from "@ghrunners/config/parse";
import type { HostAddress } from "@ghrunners/core/ssh/address";

/** Address of a target of the stack. @throws Error that lists the known targets */
export function addressOf({ targets }: Pick<Settings, "targets">, name: string): HostAddress {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return { host: found.address, user: found.user, hostKey: found.hostKey };
  const known = targets.map((target) => target.name).join(", ") || "none is configured";
  throw new Error(`The target "${name}" is not in ghrunners:targets. Known: ${known}.`);
}
