/**
 * The dynamic resource RunnerRelease: address and SHA-256 of a runner version, asked of GitHub once when the version
 * changes and then kept in the state, so that an archive cannot change under a version and no run asks again.
 */
import type * as pulumi from "@pulumi/pulumi";
import { openGitHub, configure } from "./provider-access";
import { chooseDownload } from "../runner/plan-release";
import { DynamicResource, type Inputs } from "./dynamic-resource";

export interface ReleaseInputs {
  readonly githubUrl: string;
  readonly repository: string;
  readonly version: string;
}

export interface RunnerReleaseState extends ReleaseInputs {
  readonly url: string;
  readonly sha256: string;
}

async function resolve(inputs: ReleaseInputs): Promise<RunnerReleaseState> {
  const downloads = await (await openGitHub(inputs)).downloads();
  return { ...inputs, ...chooseDownload(downloads, inputs.version) };
}

export const provider: pulumi.dynamic.ResourceProvider<ReleaseInputs, RunnerReleaseState> = {
  configure,
  diff: async (_id, olds, news) => ({
    changes: olds.version !== news.version || olds.githubUrl !== news.githubUrl || olds.repository !== news.repository,
  }),
  create: async (inputs) => ({ id: "release", outs: await resolve(inputs) }),
  update: async (_id, _olds, news) => ({ outs: await resolve(news) }),
};

/** The archive of the configured runner version, as GitHub's downloads endpoint names it. */
export class RunnerRelease extends DynamicResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs<ReleaseInputs>, opts: pulumi.CustomResourceOptions) {
    super("RunnerRelease", name, inputs, ["url", "sha256"], opts);
  }
}
