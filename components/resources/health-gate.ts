import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { GateEvidence, GateInputs } from "../runner/plan-gate";

/** Proof that the secondaries work, taken before the primary is changed. A failed proof stops the update there. */
export class HealthGate extends DynamicResource {
  declare readonly evidence: pulumi.Output<GateEvidence>;

  constructor(
    name: string,
    inputs: { readonly [K in keyof GateInputs]: pulumi.Input<GateInputs[K]> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("HealthGate", name, inputs, ["evidence"], opts);
  }
}
