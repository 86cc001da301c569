import type { Described } from "@ghrunners/core/schema";
import type { driftReportSchema, findingSchema } from "./schema";

/** Format version of the drift report; increased when a field changes its meaning. */
export const driftVersion = 1;

/** critical: someone may deploy or read without being entitled to. warning: not as configured. */
export type Severity = "critical" | "warning";

/** One difference between what the stack made and what exists now. */
export type Finding = Described<typeof findingSchema>;

/** What `ghrunners drift --json` prints. */
export type DriftReport = Described<typeof driftReportSchema>;
