import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { ForkApprovalInputs } from "./fork-approval.provider";

/** Which outsiders' pull requests wait for an approval before their workflows run. The provider has no resource for it. */
export class ForkApproval extends DynamicResource {
  constructor(name: string, inputs: ForkApprovalInputs, opts: pulumi.CustomResourceOptions) {
    super("ForkApproval", name, { ...inputs }, [], opts);
  }
}
