import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { ReviewersInputs } from "./reviewers.provider";

/**
 * GitHub's numbers of the reviewers' accounts. Asked once when the list changes and then kept: the provider's own
 * `getUser` would ask three times for each reviewer at every run.
 */
export class Reviewers extends FileProvidedResource {
  /** In the order of the logins. */
  declare readonly ids: pulumi.Output<number[]>;

  constructor(name: string, inputs: ReviewersInputs, opts: pulumi.CustomResourceOptions) {
    super("Reviewers", "components/deployment-environment/reviewers.provider.ts", name, { ...inputs }, ["ids"], opts);
  }
}
