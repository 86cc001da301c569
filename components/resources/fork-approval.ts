/**
 * The dynamic resource ForkApproval: set by one PUT, read by refresh, reset to GitHub's default on delete. A private
 * repository has no such setting: then nothing is written, and the state keeps the wanted value, so that a refresh
 * shows the difference once the repository becomes public.
 */
import type * as pulumi from "@pulumi/pulumi";
import {
  DEFAULT_FORK_APPROVAL,
  forkApproval,
  type ForkApprovalPolicy,
  setForkApproval,
} from "@ghrunners/core/github/settings";
import { configure, openGitHub } from "./provider-access";
import { DynamicResource, type Inputs } from "./dynamic-resource";

export interface ForkApprovalInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly policy: ForkApprovalPolicy;
}

async function put(inputs: ForkApprovalInputs): Promise<ForkApprovalInputs> {
  await setForkApproval(await openGitHub(inputs), inputs.policy);
  return inputs;
}

export const provider: pulumi.dynamic.ResourceProvider<ForkApprovalInputs, ForkApprovalInputs> = {
  configure,
  diff: async (_id, olds, news) => {
    const moved = olds.githubUrl !== news.githubUrl || olds.repository !== news.repository;
    return {
      changes: moved || olds.policy !== news.policy,
      replaces: moved ? ["repository"] : [],
    };
  },
  create: async (inputs) => ({ id: "fork-approval", outs: await put(inputs) }),
  read: async (id, state) => {
    if (state === undefined) throw new Error("ForkApproval cannot be imported: its create sets the policy anyway.");
    const seen = await forkApproval(await openGitHub(state));
    return { id, props: { ...state, policy: seen ?? state.policy } };
  },
  update: async (_id, _olds, news) => ({ outs: await put(news) }),
  delete: async (_id, state) => {
    await setForkApproval(await openGitHub(state), DEFAULT_FORK_APPROVAL);
  },
};

/**
 * Which outsiders' pull requests to a public repository need an approval before their workflows run. The provider has
 * no resource for this setting.
 */
export class ForkApproval extends DynamicResource {
  constructor(name: string, inputs: Inputs<ForkApprovalInputs>, opts: pulumi.CustomResourceOptions) {
    super("ForkApproval", name, inputs, [], opts);
  }
}
