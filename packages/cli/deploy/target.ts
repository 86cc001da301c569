import type { Settings } from "@ghrunners/config/parse";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import { HostUnreachableError } from "@ghrunners/core/ssh/session";
import { NoAgentError } from "@ghrunners/deploy/deployer/ssh";

/** What tells whether anything can have been deployed to a target. */
export type DeployKeys = Pick<Settings, "secrets" | "secretValues">;

/** Whether a workflow can log in there at all: the stack holds a key for it. */
export const hasDeployKey = ({ secrets, secretValues }: DeployKeys, name: string): boolean =>
  secrets.some(
    ({ name: secret, source }) =>
      source.kind === "ssh-key" && source.targets.includes(name) && secretValues[secret] !== undefined,
  );

/** Whether a target awaits its first deployment, by why it could not be asked: then it need not even be there. */
export const awaitsFirstDeployment = (error: unknown, keys: DeployKeys, name: string): boolean =>
  error instanceof NoAgentError || (error instanceof HostUnreachableError && !hasDeployKey(keys, name));

/** What to do about a target that awaits its first deployment and does not answer. */
export const untilItAnswers = (name: string): string =>
  `${name} does not answer, and the stack holds no key with which a workflow could deploy to it. ` +
  `Next: ghrunners doctor, then ghrunners deploy --version V`;

/** Address of a target of the stack. @throws Error that lists the known targets */
export function addressOf({ targets }: Pick<Settings, "targets">, name: string): HostAddress {
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return { host: found.address, user: found.user, hostKey: found.hostKey };
  const known = targets.map((target) => target.name).join(", ") || "none is configured";
  throw new Error(`The target "${name}" is not in ghrunners:targets. Known: ${known}.`);
}
