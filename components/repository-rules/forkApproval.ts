import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { ForkApprovalInputs } from "./forkApproval.provider";

/** Which outsiders' pull requests wait for an approval before their workflows run. The provider has no resource for it. */
export class ForkApproval extends FileProvidedResource {
  constructor(name: string, inputs: ForkApprovalInputs, opts: pulumi.CustomResourceOptions) {
    super("ForkApproval", "components/repository-rules/forkApproval.provider.ts", name, { ...inputs }, [], opts);
  }
}
