/**
 * Keeps a machine from being deleted under a running job. A replacement of the machine replaces this resource first, so
 * its delete runs while the machine still exists: it refuses while no other runner is healthy, removes the labels and
 * waits until the runner is idle. It does not need the program: `pulumi destroy` runs it like any other delete. There
 * it runs after RegisteredRunner, which has already removed the runner, and does nothing.
 */
import type * as pulumi from "@pulumi/pulumi";
import { carries, type GitHubRunner } from "@ghrunners/core/github/runner";
import { drainRunner } from "@ghrunners/core/github/drain";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { chooseDrain, type DrainedRunner } from "../runner/plan-drain";
import { refuseOnItself } from "../runner/own-machine";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { configure, openGitHub, packageSecret, packageSetting } from "./provider-access";

export interface MachineDrainInputs {
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly runnerGroup?: string;
  readonly runnerName: string;
  readonly proxmox: { readonly endpoint: string; readonly node: string };
  readonly vmId: number;
  /** MAC address of the machine. Another one is another machine. */
  readonly incarnation: string;
  /** Labels of the other runners: a healthy one is online with them. Null: there is no other runner. */
  readonly peerLabels: readonly string[] | null;
  /** Allow the change even if this is the last healthy runner. */
  readonly force: boolean;
  /** How long the running job may take, minutes. */
  readonly drainMinutes: number;
}

/**
 * A delete gets the inputs of the last update, so the argument has an effect only after an update with it. The setting
 * has an effect at once, also in a `pulumi destroy` without the program.
 */
const FORCE_HINT =
  `pulumi config set --path 'ghrunners:safety.force' '${FORCE_WORDS}', which has an effect at once; or ` +
  "force: true in the arguments of these runners and a pulumi up that changes nothing else";

function isForced(): boolean {
  const safety = packageSetting("safety");
  return safety !== undefined && (JSON.parse(safety) as { force?: unknown }).force === FORCE_WORDS;
}

/** Whether the VM is still the machine that the runner was on: a recreated one has another MAC address. */
async function isThere(
  proxmox: Pick<ProxmoxClient, "guests" | "vmConfig">,
  { vmId, incarnation }: MachineDrainInputs,
): Promise<boolean> {
  const guest = (await proxmox.guests()).find(({ vmid }) => vmid === vmId);
  if (guest === undefined) return false;
  const config = await proxmox.vmConfig(guest.node, vmId);
  return Object.values(config).some(
    (value) => typeof value === "string" && value.toLowerCase().includes(incarnation.toLowerCase()),
  );
}

/** The other runners of the pool, as GitHub shows them. Pure. */
export function peersOf(
  { runnerName, peerLabels }: Pick<MachineDrainInputs, "runnerName" | "peerLabels">,
  atGitHub: readonly GitHubRunner[],
): DrainedRunner[] {
  if (peerLabels === null) return [];
  const peers = atGitHub
    .filter((runner) => runner.name !== runnerName && carries(runner.labels, peerLabels))
    .map((runner) => ({ name: runner.name, labels: runner.labels, atGitHub: runner }));
  // A runner that lost its labels or is not registered is not healthy.
  return peers.length > 0 ? peers : [{ name: "another runner of the pool", labels: peerLabels, atGitHub: undefined }];
}

async function drain(inputs: MachineDrainInputs): Promise<void> {
  const { runnerName, drainMinutes } = inputs;
  refuseOnItself(runnerName);
  const github = await openGitHub(inputs);
  const self = await github.runnerNamed(runnerName);
  if (self === undefined || !self.online) return;
  const proxmox = new ProxmoxClient({ ...inputs.proxmox, token: packageSecret("proxmoxToken") });
  if (!(await isThere(proxmox, inputs))) return;
  const peers = peersOf(inputs, await github.runners());
  const choice = chooseDrain(runnerName, self, peers, { force: inputs.force || isForced(), forceHint: FORCE_HINT });
  if (choice.action === "refuse") throw new Error(choice.reason);
  if (choice.action === "drain") await drainRunner(github, choice.runnerId, drainMinutes * 60_000);
}

const followed = (inputs: MachineDrainInputs): string => {
  const { githubUrl, repository, runnerGroup, runnerName, proxmox, vmId, peerLabels, force, drainMinutes } = inputs;
  const place = [proxmox.endpoint, proxmox.node, vmId];
  return JSON.stringify([githubUrl, repository, runnerGroup, runnerName, place, peerLabels, force, drainMinutes]);
};

export const provider: pulumi.dynamic.ResourceProvider<MachineDrainInputs, MachineDrainInputs> = {
  configure,
  // If the machine is about to be replaced, its address is not known yet, which also counts as a change.
  diff: async (_id, olds, news) => {
    const another = olds.incarnation !== news.incarnation;
    return {
      changes: another || followed(olds) !== followed(news),
      replaces: another ? ["incarnation"] : [],
      deleteBeforeReplace: true,
    };
  },
  create: async (inputs) => ({ id: inputs.runnerName, outs: inputs }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async (_id, state) => drain(state),
};

export class MachineDrain extends DynamicResource {
  constructor(name: string, inputs: Inputs<MachineDrainInputs>, opts: pulumi.CustomResourceOptions) {
    super("MachineDrain", name, inputs, [], opts);
  }
}
