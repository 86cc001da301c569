/**
 * The dynamic resource PulumiRelease: the version of the Pulumi CLI to install on a delivery runner, with address and
 * SHA-256 of its archive.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { GitHubClient } from "@ghrunners/core/github/client";
import { openGitHub } from "./provider-access";
import { choosePulumi } from "../runner/plan-release";
import { DynamicResource } from "./dynamic-resource";
import { type ReleaseArgs, type ReleaseInputs, releaseProvider, type ProgramReleaseState } from "./release";

/** Asks GitHub for the archive of a version. @throws Error in words for an operator */
export async function resolvePulumi(github: GitHubClient, inputs: ReleaseInputs): Promise<ProgramReleaseState> {
  const { version } = inputs;
  if (version === undefined) throw new Error("A version of the Pulumi CLI has to be named.");
  return { ...inputs, version, ...choosePulumi(await github.pulumiRelease(version), version) };
}

export const provider = releaseProvider(async (inputs) => resolvePulumi(await openGitHub(inputs), inputs));

/** A version of the Pulumi CLI and its archive: the version's release at GitHub, with its digest. */
export class PulumiRelease extends DynamicResource {
  declare readonly version: pulumi.Output<string>;
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: ReleaseArgs, opts: pulumi.CustomResourceOptions) {
    super("PulumiRelease", name, { ...inputs }, ["version", "url", "sha256"], opts);
  }
}
