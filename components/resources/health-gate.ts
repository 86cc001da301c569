/**
 * The dynamic resource HealthGate: proves every secondary before the primary is changed: first by both views, GitHub's
 * and the host's, then by a real job on that runner.
 */
import type * as pulumi from "@pulumi/pulumi";
import { configure, openGitHub } from "./provider-access";
import { diffGate, type GateEvidence, type GateInputs, type GateState } from "../runner/plan-gate";
import { proveViews } from "../runner/prove-views";
import { proveJob } from "../runner/smoke-job";
import { DynamicResource, type Inputs } from "./dynamic-resource";

const CLOSED = "The health gate stays closed, the primary is not changed.";
const closed = (error: Error): never => {
  throw new Error(`${CLOSED} ${error.message}`);
};

async function prove(inputs: GateInputs): Promise<GateState> {
  const github = await openGitHub(inputs);
  const runners = await proveViews(github, inputs.subjects, inputs.onlineSeconds).catch(closed);
  const jobs: GateEvidence["jobs"][number][] = [];
  for (const subject of inputs.subjects) jobs.push(await proveJob(github, inputs.smoke, subject).catch(closed));
  return { ...inputs, evidence: { provedAt: new Date().toISOString(), runners, jobs } };
}

export const provider: pulumi.dynamic.ResourceProvider<GateInputs, GateState> = {
  configure,
  diff: async (_id, olds, news) => diffGate(olds, news),
  create: async (inputs) => ({ id: "gate", outs: await prove(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await prove(news) }),
};

/** Proof that the secondaries work, taken before the primary is changed. A failed proof stops the update there. */
export class HealthGate extends DynamicResource {
  declare readonly evidence: pulumi.Output<GateEvidence>;

  constructor(name: string, inputs: Inputs<GateInputs>, opts: pulumi.CustomResourceOptions) {
    super("HealthGate", name, inputs, ["evidence"], opts);
  }
}
