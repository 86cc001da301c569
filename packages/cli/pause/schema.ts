/** zod schema of a pause of deployments. Published in docs/reference/schemas. */
import { z } from "zod";

export const pauseSchema = z
  .strictObject({
    until: z.iso.datetime({ offset: true }).describe("RFC 3339; from then on deployments go on."),
    note: z.string().describe("Why."),
    by: z.string().describe("Who paused them."),
  })
  .describe("A pause of deployments.");

export const pauseReportSchema = z
  .strictObject({
    version: z.literal(1),
    environment: z.string().describe("The setting `environment` of the stack."),
    pause: pauseSchema.nullable().describe("The pause that is on now; null: deployments are not paused."),
    before: pauseSchema.nullable().describe("The pause that was on before the command."),
  })
  .meta({ title: "Deployments paused, or resumed" });
