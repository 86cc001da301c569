import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { GateEvidence, GateInputs } from "./planGate";

/** Proof that the secondaries work, taken before the primary is changed. A failed proof stops the update there. */
export class HealthGate extends FileProvidedResource {
  declare readonly evidence: pulumi.Output<GateEvidence>;

  constructor(
    name: string,
    inputs: { readonly [K in keyof GateInputs]: pulumi.Input<GateInputs[K]> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("HealthGate", "components/runner-pool/healthGate.provider.ts", name, inputs, ["evidence"], opts);
  }
}
