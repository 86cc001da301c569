/** The dynamic resource Reviewers: converts the configured logins to account numbers, which is what GitHub stores. */
import type * as pulumi from "@pulumi/pulumi";
import { configure, openGitHub } from "./provider-access";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { userId } from "@ghrunners/core/github/settings";

export interface ReviewersInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly logins: readonly string[];
}

export interface ReviewersState extends ReviewersInputs {
  readonly ids: readonly number[];
}

async function resolve(inputs: ReviewersInputs): Promise<ReviewersState> {
  const github = await openGitHub(inputs);
  return { ...inputs, ids: await Promise.all(inputs.logins.map((login) => userId(github, login))) };
}

export const provider: pulumi.dynamic.ResourceProvider<ReviewersInputs, ReviewersState> = {
  configure,
  diff: async (_id, olds, news) => ({
    changes: olds.logins.join() !== news.logins.join() || olds.githubUrl !== news.githubUrl,
  }),
  create: async (inputs) => ({ id: "reviewers", outs: await resolve(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await resolve(news) }),
};

/**
 * GitHub's numbers of the reviewers' accounts. Requested only when the list changes, then kept in the state: the
 * provider's own `getUser` would send three requests per reviewer at every run.
 */
export class Reviewers extends DynamicResource {
  /** In the order of the logins. */
  declare readonly ids: pulumi.Output<number[]>;

  constructor(name: string, inputs: Inputs<ReviewersInputs>, opts: pulumi.CustomResourceOptions) {
    super("Reviewers", name, inputs, ["ids"], opts);
  }
}
