/** zod schema of the runners in maintenance. Published in docs/reference/schemas. */
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
            by: z.string().describe("Who started it."),
            until: z.iso.datetime().describe("RFC 3339; from then on the entry is ignored."),
          })
          .nullable()
          .describe("Null: it is in service."),
        silencedUntil: z.iso
          .datetime()
          .nullable()
          .describe("When the silence of its alerts ends, RFC 3339; null: no maintenance silences them."),
        problems: z.array(z.string()).describe("Problems of the runner in GitHub's view and its host's."),
      }),
    ),
  })
  .meta({ title: "Which runners are in maintenance" });
