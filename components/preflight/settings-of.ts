import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { PreflightInputs } from "./args";

/** Path of the settings of a machine: `runners[0]`, or `deliveryRunner`. Pure. */
export const settingOf = (
  { runners }: { readonly runners: readonly Pick<PreflightInputs["runners"][number], "role">[] },
  index: number,
): string => (runners[index]?.role === DELIVERY_ROLE ? "deliveryRunner" : `runners[${index}]`);
