import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { PreflightInputs } from "../preflight/args";

export type { PreflightInputs } from "../preflight/args";

/**
 * The look at Proxmox VE and GitHub before anything is changed there: everything that would fail later is reported at
 * once, in previews too. Everything else of the program depends on it.
 */
export class Preflight extends DynamicResource {
  constructor(name: string, inputs: PreflightInputs, opts: pulumi.CustomResourceOptions) {
    super("Preflight", name, { ...inputs }, [], opts);
  }
}
