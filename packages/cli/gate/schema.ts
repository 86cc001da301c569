/** zod schema of `ghrunners gate`. Published in docs/reference/schemas. */
import { z } from "zod";
import { gateDecisionSchema } from "@ghrunners/failover/choice/decision-schema";
import { pauseSchema } from "../pause/schema";

export const gateViewSchema = z
  .strictObject({
    stack: z.string(),
    ageSeconds: z.number().nullable(),
    problems: z.array(z.string()).describe("Why no runner may deploy now; empty: the decision's runner may."),
    next: z.string().nullable().describe("The next thing to do; null: nothing."),
    now: z.string().describe("The host's clock, RFC 3339."),
    unit: z.string().describe("State of the unit, as systemd names it."),
    pause: pauseSchema.nullable().describe("The pause of deployments that is on; null: none, or it is not known."),
    decision: gateDecisionSchema.nullable().describe("Null before the first decision."),
    toldUntil: z
      .string()
      .nullable()
      .describe("When the choice last published at GitHub expires; null: none was published."),
    changes: z.array(gateDecisionSchema).describe("Decisions that changed something, the oldest first."),
  })
  .meta({ title: "What `ghrunners gate --json` prints." });
