import type { Described } from "@ghrunners/core/schema";
import type { gateSchema, promotionRecordSchema } from "./schema";

/** Format version of a promotion record; raised when a field changes its meaning. */
export const recordVersion = 1;

export type Gate = Described<typeof gateSchema>;

/** One attempt to promote. It is written before the first gate, so that an attempt that was killed is on record. */
export type PromotionRecord = Described<typeof promotionRecordSchema>;
