/**
 * The proof that a stack gives to the next one: everything in it is healthy, and a job ran on its runner. Its diff
 * reports another commit, other settings, another runner, and an age over half of a proof's maximum.
 */
import type * as pulumi from "@pulumi/pulumi";
import { isDue, type Proof, type ProofSettings, proofVersion, settingsDigest } from "@ghrunners/core/promotion/proof";
import type { GateInputs, GateSubject } from "../runner/plan-gate";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { configure, openGitHub, packageSecret } from "./provider-access";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { proveViews } from "../runner/prove-views";
import { proveJob } from "../runner/smoke-job";

export interface StagingProofInputs {
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly runnerGroup?: string;
  readonly proxmox: { readonly endpoint: string; readonly node: string };
  readonly stack: string;
  /** What runs: `Checkout.id` of packages/core/promotion/checkout.ts. */
  readonly commit: string;
  readonly settings: ProofSettings;
  readonly maxAgeHours: number;
  readonly machines: readonly { readonly name: string; readonly vmId: number }[];
  /** Runners with a guest, the primary first: it runs the job. */
  readonly subjects: readonly GateSubject[];
  readonly smoke: GateInputs["smoke"];
  /** How long the views of GitHub and the hosts may take to agree, seconds. */
  readonly onlineSeconds: number;
  readonly gate: Proof["gate"];
}

export interface StagingProofState extends StagingProofInputs {
  readonly proof: Proof;
}

/** @throws Error if a machine is not running */
async function proveMachines({ proxmox, machines }: StagingProofInputs): Promise<void> {
  const guests = await new ProxmoxClient({ ...proxmox, token: packageSecret("proxmoxToken") }).guests();
  const problems = machines.flatMap(({ name, vmId }) => {
    const status = guests.find(({ vmid }) => vmid === vmId)?.status ?? "not there";
    return status === "running" ? [] : [`VM ${vmId} (${name}) is ${status}`];
  });
  if (problems.length > 0) {
    throw new Error(`${problems.join(", ")}. Expected every machine running. Next: pulumi up --refresh`);
  }
}

async function prove(inputs: StagingProofInputs): Promise<StagingProofState> {
  const { subjects, settings } = inputs;
  try {
    await proveMachines(inputs);
    const [first] = subjects;
    let smoke: Proof["smoke"] = null;
    if (first !== undefined) {
      const github = await openGitHub(inputs);
      await proveViews(github, subjects, inputs.onlineSeconds);
      const { runner, conclusion, url } = await proveJob(github, inputs.smoke, first);
      smoke = { runner, conclusion, url };
    }
    const proof: Proof = {
      version: proofVersion,
      stack: inputs.stack,
      at: new Date().toISOString(),
      commit: inputs.commit,
      settings,
      settingsDigest: settingsDigest(settings),
      healthy: true,
      gate: inputs.gate,
      smoke,
    };
    return { ...inputs, proof };
  } catch (error) {
    throw new Error(`This stack proves nothing: ${(error as Error).message}`);
  }
}

const followed = ({ machines, subjects, smoke, gate }: StagingProofInputs): string =>
  // In a preview the subjects may not be known yet and are then a placeholder text.
  JSON.stringify([
    machines.map(({ name, vmId }) => [name, vmId]),
    Array.isArray(subjects)
      ? (subjects as readonly GateSubject[]).map(({ runnerId, labels, version, unit, revision }) => [
          runnerId,
          labels,
          version,
          unit,
          revision,
        ])
      : subjects,
    smoke.workflow,
    smoke.ref,
    gate?.provedAt,
  ]);

/** Whether a new proof is needed. Pure. */
export function diffProof(olds: StagingProofState, news: StagingProofInputs, now: Date): boolean {
  const { commit, settings, maxAgeHours } = news;
  return isDue(olds.proof, { commit, settings, maxAgeHours, now }) || followed(olds) !== followed(news);
}

export const provider: pulumi.dynamic.ResourceProvider<StagingProofInputs, StagingProofState> = {
  configure,
  diff: async (_id, olds, news) => ({ changes: diffProof(olds, news, new Date()) }),
  create: async (inputs) => ({ id: "proof", outs: await prove(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await prove(news) }),
};

/** Depends on everything else of the stack: a proof is the last step of an update. */
export class StagingProof extends DynamicResource {
  declare readonly proof: pulumi.Output<Proof>;

  constructor(name: string, inputs: Inputs<StagingProofInputs>, opts: pulumi.CustomResourceOptions) {
    super("StagingProof", name, inputs, ["proof"], { ...opts, customTimeouts: { create: "90m", update: "90m" } });
  }
}
