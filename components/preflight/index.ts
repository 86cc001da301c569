import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { PreflightInputs } from "./args";

export type { PreflightInputs } from "./args";

/**
 * The look at Proxmox VE and GitHub before anything is changed there: everything that would fail later is reported at
 * once, in previews too. Everything else of the program depends on it.
 */
export class Preflight extends FileProvidedResource {
  constructor(name: string, inputs: PreflightInputs, opts: pulumi.CustomResourceOptions) {
    super("Preflight", "components/preflight/preflight.provider.ts", name, { ...inputs }, [], opts);
  }
}
