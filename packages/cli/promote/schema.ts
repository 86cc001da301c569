/** zod schema of an attempt to promote. Published in docs/reference/schemas. */
import { z } from "zod";

export const gateSchema = z.strictObject({
  name: z.enum(["preview", "approval", "update", "health"]),
  passed: z.boolean(),
  detail: z.string().describe("What was seen, as text."),
});

export const promotionRecordSchema = z
  .strictObject({
    version: z.literal(1),
    id: z.string().regex(/^[0-9TZ-]+$/),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable().describe("Null while it runs, or if it was killed."),
    stack: z.string(),
    repository: z.string().regex(/^[^\/]+\/[^\/]+$/),
    commit: z.string().min(1),
    planSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable()
      .describe("SHA-256 of the saved plan, which was the one applied; null if no plan was made."),
    operator: z.string().describe("Login that ran it, by its GitHub token."),
    approvedBy: z.string().nullable(),
    gates: z.array(gateSchema),
    result: z.enum(["refused", "started", "promoted", "failed"]),
  })
  .meta({ title: "Promotion record" });
