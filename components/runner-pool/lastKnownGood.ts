import type * as pulumi from "@pulumi/pulumi";
import { FileProvidedResource } from "../dynamic";
import type { LastKnownGoodInputs } from "./lastKnownGood.provider";

/**
 * The settings with which all runners of the pool were last brought up and proved. It depends on every one of them, so an
 * update that fails before its end leaves the old ones in the state: `npm run ops -- rollback-runners` goes back to them.
 */
export class LastKnownGood extends FileProvidedResource {
  constructor(name: string, inputs: LastKnownGoodInputs, opts: pulumi.CustomResourceOptions) {
    super("LastKnownGood", "components/runner-pool/lastKnownGood.provider.ts", name, { ...inputs }, ["provedAt"], opts);
  }
}
