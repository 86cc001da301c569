import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";
import type { LastKnownGoodInputs } from "./last-known-good.provider";

/**
 * The settings with which all runners of the pool were last brought up and proved. It depends on every one of them, so an
 * update that fails before its end leaves the old ones in the state: `npm run ops -- rollback-runners` goes back to them.
 */
export class LastKnownGood extends DynamicResource {
  constructor(name: string, inputs: LastKnownGoodInputs, opts: pulumi.CustomResourceOptions) {
    super("LastKnownGood", name, { ...inputs }, ["provedAt"], opts);
  }
}
