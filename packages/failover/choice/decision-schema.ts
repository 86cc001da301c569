/** The gate's decision, as zod says it. The form that is published: docs/reference/schemas. */
import * as z from "zod";
import { roles } from "@ghrunners/core/vocabulary/runner";
import { causes } from "./cause";

export const judgedSchema = z.strictObject({
  name: z.string(),
  role: z.enum(roles),
  grade: z.enum(["healthy", "degraded", "unusable"]),
  cause: z.enum(causes).nullable().describe("The most severe of the reasons; null if it is healthy."),
  reasons: z.array(z.string()).describe("In words, why it is not healthy, or has to prove itself before it is taken."),
});

export const gateDecisionSchema = z
  .strictObject({
    schema: z.literal("ghrunners.gate-decision/1"),
    environment: z.string(),
    decidedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    runner: z.string().nullable().describe("Runner that deploys, or null: refused."),
    role: z.enum(roles).nullable(),
    labels: z.array(z.string()),
    reason: z.enum(["refused", "primary_healthy", "failover", "primary_degraded", "by_hand"]),
    cause: z
      .enum(causes)
      .nullable()
      .describe(
        "What keeps the primary from being the healthy choice, as one word; of a failover what began it. Null: nothing.",
      ),
    explanation: z.string().describe("In words, with every runner's reasons."),
    runners: z.array(judgedSchema),
    runbook: z.string().nullable(),
  })
  .meta({ title: "Which runner may deploy, until when, and why" });
