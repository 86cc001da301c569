import type { Described } from "@ghrunners/core/schema";
import type { gateSchema, promotionRecordSchema } from "./schema";

/** Format version of a promotion record; increased when a field changes its meaning. */
export const recordVersion = 1;

export type Gate = Described<typeof gateSchema>;

/** One attempt to promote. It is written before the first gate, so that a killed attempt is recorded too. */
export type PromotionRecord = Described<typeof promotionRecordSchema>;
