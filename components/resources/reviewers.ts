import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { ReviewersInputs } from "./reviewers.provider";

/**
 * GitHub's numbers of the reviewers' accounts. Asked once when the list changes and then kept: the provider's own
 * `getUser` would ask three times for each reviewer at every run.
 */
export class Reviewers extends DynamicResource {
  /** In the order of the logins. */
  declare readonly ids: pulumi.Output<number[]>;

  constructor(name: string, inputs: ReviewersInputs, opts: pulumi.CustomResourceOptions) {
    super("Reviewers", name, { ...inputs }, ["ids"], opts);
  }
}
