/** Dynamic provider of Reviewers: logins of the configuration to account numbers, which are what GitHub stores. */
import type * as pulumi from "@pulumi/pulumi";
import { configure, openGitHub } from "./provider-access";

export interface ReviewersInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly logins: readonly string[];
}

export interface ReviewersState extends ReviewersInputs {
  readonly ids: readonly number[];
}

async function resolve(inputs: ReviewersInputs): Promise<ReviewersState> {
  const { userId } = require("@ghrunners/core/github/settings") as typeof import("@ghrunners/core/github/settings");
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
