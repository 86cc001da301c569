import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { ReleaseInputs } from "./runner-release.provider";

/** The archive of the configured runner version, as GitHub's downloads endpoint names it. */
export class RunnerRelease extends DynamicResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: ReleaseInputs, opts: pulumi.CustomResourceOptions) {
    super("RunnerRelease", name, { ...inputs }, ["url", "sha256"], opts);
  }
}
