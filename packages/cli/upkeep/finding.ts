import type { Described } from "@ghrunners/core/schema";
import type { SettingsTree } from "../pulumi/stack-document";
import type { upkeepItemSchema, upkeepSchema } from "./schema";

export type UpkeepItem = Described<typeof upkeepItemSchema>;
export type UpkeepReport = Described<typeof upkeepSchema>;

/** What was found about one thing that a stack pins. */
export interface UpkeepFinding {
  readonly item: UpkeepItem;
  /** What the stack's file is to have; only with the state `newer`. */
  readonly settings?: SettingsTree;
}
