/** What GitHub and the hosts should show, from the state and the configuration. Pure. */
import { mindsDeliveries } from "@ghrunners/config/machines";
import type { Settings } from "@ghrunners/config/parse";
import { publicKeyOf } from "@ghrunners/config/open-ssh-key";
import type { StackState } from "./state";

/** A host that is inspected by SSH. */
export interface HostExpectation {
  readonly name: string;
  readonly host: string;
  readonly user: string;
  readonly hostKey: string;
  /** Unit of the runner and its installed configuration; absent on deployment targets. */
  readonly unit?: { readonly name: string; readonly configuration: string | undefined; readonly machine?: string };
  /** Keys that must be there, each with its name in messages. */
  readonly keys: readonly { readonly key: string; readonly name: string }[];
  /** Comment that marks the keys this program manages; undefined: it manages all keys of the user. */
  readonly marked?: string;
}

export interface DriftExpectation extends StackState {
  readonly stack: string;
  /** Address of GitHub, for the commands of repairs. */
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repositoryName: string;
  readonly publicAllowed: boolean;
  /** Label that only this stack's runners may carry. */
  readonly label: string;
  /** Names of other runners that may carry it, or their beginnings with `*`. */
  readonly knownRunners: readonly string[];
  /** Whether an unknown runner with the label of deliveries is a difference, too. */
  readonly deliveries: boolean;
  readonly hosts: readonly HostExpectation[];
}

/** Comment of a deploy key in authorized_keys. Without a name: the common beginning of all of the stack's comments. */
export const deployKeyMark = (stack: string, name = ""): string => `ghrunners-deploy:${stack}:${name}`;

export function expectationOf(stack: string, settings: Settings, state: StackState): DriftExpectation {
  const deployKeys = settings.secrets.filter(({ source }) => source.kind === "ssh-key");
  const publicKey = (name: string): string | undefined => publicKeyOf(settings.secretValues[name] ?? "");
  const targets = settings.targets.map(({ name, address, user, hostKey }): HostExpectation => ({
    name,
    host: address,
    user,
    hostKey,
    marked: deployKeyMark(stack),
    keys: deployKeys.flatMap((entry) => {
      const key = entry.source.targets.includes(name) ? publicKey(entry.name) : undefined;
      return key === undefined ? [] : [{ key, name: entry.name }];
    }),
  }));
  const runners = state.runners.map(({ name, unit, host, configuration, machine }): HostExpectation => ({
    name,
    ...host,
    unit: { name: unit, configuration, ...(machine === undefined ? {} : { machine }) },
    keys: [{ key: settings.sshPublicKey, name: "sshPrivateKey" }],
  }));
  return {
    ...state,
    stack,
    githubUrl: settings.github.url,
    repositoryName: settings.github.repository,
    publicAllowed: settings.safety.allowPublicRepository !== undefined,
    label: settings.environment,
    knownRunners: settings.monitoring?.knownRunners ?? [],
    deliveries: mindsDeliveries(settings),
    // A target without a managed key is not inspected.
    hosts: [...runners, ...targets.filter(({ keys }) => keys.length > 0)],
  };
}
