/** Who is in maintenance, as zod says it. The form that is published: docs/reference/schemas. */
import { z } from "zod";

export const maintenanceReportSchema = z
  .strictObject({
    schema: z.literal("ghrunners.maintenance-report/1"),
    environment: z.string(),
    runners: z.array(
      z.strictObject({
        name: z.string(),
        role: z.string(),
        maintenance: z
          .strictObject({
            reason: z.string(),
            by: z.string().describe("Who put it there."),
            until: z.iso.datetime().describe("RFC 3339; from then on the entry counts as none."),
          })
          .nullable()
          .describe("Null: it is in service."),
        silencedUntil: z.iso
          .datetime()
          .nullable()
          .describe("When its alerts are heard again, RFC 3339; null: they are not silenced by a maintenance."),
        problems: z.array(z.string()).describe("What speaks against it by GitHub's view and its host's."),
      }),
    ),
  })
  .meta({ title: "Which runners are in maintenance" });
