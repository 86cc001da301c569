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

/** What the other stack proved; undefined if the stack has no `promotion.from`. */
export type ProvedElsewhere = pulumi.Output<Proof | undefined> | undefined;

/** Reads the proof of the stack in `promotion.from`, once for the whole program. */
export function provedElsewhere({ promotion: { from } }: Pick<Settings, "promotion">): ProvedElsewhere {
  if (from === undefined) return undefined;
  const exported = new pulumi.StackReference("promotion", { name: qualified(from) }).getOutput("proof");
  return exported.apply((proof: Proof | null | undefined) => proof ?? undefined);
}

/** Refusals; empty if nothing is required. What an override allows is logged as a warning. */
export function promotionRefusals(settings: Settings, proved: ProvedElsewhere): pulumi.Output<string[]> {
  if (proved === undefined) return pulumi.output([]);
  let checkout: Checkout;
  try {
    checkout = readCheckout(projectRoot);
  } catch (error) {
    return pulumi.output([`promotion: ${(error as Error).message}`]);
  }
  return proved.apply((proof) =>
    unmetDemands(settings, checkout, proof, new Date()).flatMap(({ demand, text, next }) => {
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
