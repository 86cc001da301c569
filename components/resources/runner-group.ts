/**
 * The dynamic resource RunnerGroup: the organization's group that holds the runners of one repository, and that no
 * other repository may use. The provider's resource would replace the members that it does not know, and deletes a
 * group that still has runners, which GitHub then gives to every repository.
 */
import type * as pulumi from "@pulumi/pulumi";
import {
  closeRunnerGroup,
  deleteRunnerGroup,
  makeRunnerGroup,
  openTo,
  runnerGroupNamed,
} from "@ghrunners/core/github/runner-group";
import { judgeGroup } from "../preflight/judge-runner-group";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { configure, openGitHub } from "./provider-access";

export interface RunnerGroupInputs {
  readonly githubUrl: string;
  readonly repository: string;
  /** Its name. */
  readonly runnerGroup: string;
  /** Who may use it besides the repository: wanted is nobody; in the state, as seen. */
  readonly openTo: readonly string[];
}

export interface RunnerGroupState extends RunnerGroupInputs {
  /** GitHub's number of the group. */
  readonly groupId: number;
}

/** Makes the group, or takes the one that is the repository's alone already: a run may have ended after making it. */
async function make(inputs: RunnerGroupInputs): Promise<RunnerGroupState> {
  const github = await openGitHub(inputs);
  const found = await runnerGroupNamed(github, inputs.runnerGroup);
  const [problem] = judgeGroup(inputs.repository, inputs.runnerGroup, found);
  if (problem !== undefined) throw new Error(problem);
  return { ...inputs, groupId: found?.id ?? (await makeRunnerGroup(github, inputs.runnerGroup)) };
}

export const provider: pulumi.dynamic.ResourceProvider<RunnerGroupInputs, RunnerGroupState> = {
  configure,
  diff: async (_id, olds, news) => {
    const replaces = (["githubUrl", "repository", "runnerGroup"] as const).filter((key) => olds[key] !== news[key]);
    return { changes: replaces.length > 0 || olds.openTo.join() !== news.openTo.join(), replaces };
  },
  create: async (inputs) => ({ id: inputs.runnerGroup, outs: await make(inputs) }),
  update: async (_id, olds, news) => {
    await closeRunnerGroup(await openGitHub(news), olds.groupId, news.runnerGroup);
    return { outs: { ...news, groupId: olds.groupId } };
  },
  read: async (id, state) => {
    if (state === undefined) return { id };
    const found = await runnerGroupNamed(await openGitHub(state), state.runnerGroup);
    if (found?.id !== state.groupId) return { id: "" };
    return { id, props: { ...state, openTo: openTo(found, state.repository) } };
  },
  delete: async (_id, state) => {
    const runners = await deleteRunnerGroup(await openGitHub(state), state.groupId);
    if (runners.length > 0)
      console.log(`The runner group ${state.runnerGroup} stays: it has the runners ${runners.join(", ")}.`);
  },
};

/** A runner group of the organization for one repository. */
export class RunnerGroup extends DynamicResource {
  declare readonly groupId: pulumi.Output<number>;

  constructor(name: string, inputs: Inputs<RunnerGroupInputs>, opts: pulumi.CustomResourceOptions) {
    super("RunnerGroup", name, inputs, ["groupId"], opts);
  }
}
