import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { ReleaseInputs } from "./runnerRelease.provider";

/** The archive of the configured runner version, as GitHub's downloads endpoint names it. */
export class RunnerRelease extends FileProvidedResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly sha256: pulumi.Output<string>;

  constructor(name: string, inputs: ReleaseInputs, opts: pulumi.CustomResourceOptions) {
    super(
      "RunnerRelease",
      "components/runner-pool/runnerRelease.provider.ts",
      name,
      { ...inputs },
      ["url", "sha256"],
      opts,
    );
  }
}
