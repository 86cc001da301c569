/** zod schema of the targets' incidents. Published in docs/reference/schemas. */
import { z } from "zod";
import { incidentRecordSchema } from "@ghrunners/deploy/records/schemas";

export const issueSchema = z.strictObject({
  number: z.number(),
  url: z.string(),
});

export const listedIncidentSchema = z.strictObject({
  incident: incidentRecordSchema,
  version: z.string().describe("Version that was deployed, and the run it came from."),
  run: z.string().nullable(),
  issue: issueSchema.nullable().describe("null: no issue was opened yet."),
});

export const sentSchema = z.strictObject({
  deployment: z.string(),
  issue: issueSchema,
});

export const sendingSchema = z.strictObject({
  sent: z.array(sentSchema),
  unsent: z
    .array(
      z.strictObject({
        deployment: z.string(),
        reason: z.string(),
      }),
    )
    .describe("What stays in the outbox, and why."),
});

export const targetIncidentsSchema = z.strictObject({
  target: z.string(),
  deployed: z
    .boolean()
    .describe(
      "Whether anything was ever deployed to it; false if it cannot be reached and the stack holds no key for it.",
    ),
  incidents: z.array(listedIncidentSchema),
  sending: sendingSchema
    .nullable()
    .describe("The incidents that were sent now, and those that could not be sent; null if there were none to send."),
  problem: z.string().nullable().describe("Why the target could not be reached; null if it was."),
});
