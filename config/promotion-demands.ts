/** Requirements of a stack with `promotion.from` before a change, checked against the checkout and the other stack. */
import * as pulumi from "@pulumi/pulumi";
import { type Checkout, readCheckout } from "@ghrunners/core/promotion/checkout";
import type { Proof } from "@ghrunners/core/promotion/proof";
import { projectRoot } from "@ghrunners/core/project-root";
import { promotionOverrides } from "@ghrunners/core/vocabulary/safety";
import type { Settings } from "./parse";
import { unmetDemands } from "./unmet-demands";

/** `staging` in the form of the backend's StackReference. */
const qualified = (from: string): string =>
  from.includes("/") ? from : `${pulumi.getOrganization()}/${pulumi.getProject()}/${from}`;

/** Refusals; empty if nothing is required. What an override allows is logged as a warning. */
export function promotionRefusals(settings: Settings): pulumi.Output<string[]> {
  const { from } = settings.promotion;
  if (from === undefined) return pulumi.output([]);
  let checkout: Checkout;
  try {
    checkout = readCheckout(projectRoot);
  } catch (error) {
    return pulumi.output([`promotion: ${(error as Error).message}`]);
  }
  const exported = new pulumi.StackReference("promotion", { name: qualified(from) }).getOutput("proof");
  return exported.apply((proof: Proof | null | undefined) =>
    unmetDemands(settings, checkout, proof ?? undefined, new Date()).flatMap(({ demand, text, next }) => {
      const { setting, words } = promotionOverrides[demand];
      if (settings.safety[setting] === words) {
        void pulumi.log.warn(`promotion: ${text} Allowed by ghrunners:safety.${setting}.`);
        return [];
      }
      return [
        `promotion: ${text} Next: ${next}; or, in words: ` +
          `pulumi config set --path 'ghrunners:safety.${setting}' '${words}'`,
      ];
    }),
  );
}
