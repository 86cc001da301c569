/** zod schema of the drift report. Published in docs/reference/schemas. */
import { z } from "zod";

export const findingSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z-]+$/)
    .describe("Stable name of the kind of drift, such as `environment-reviewers`."),
  plane: z.enum(["github", "host"]).describe("Where it was seen."),
  subject: z.string().describe("What it is about, such as `environment production` or `secret DEPLOY_KEY`."),
  expected: z.string(),
  seen: z.string(),
  severity: z.enum(["critical", "warning"]),
  repair: z.string().min(1).describe("The command that repairs it."),
});

export const driftReportSchema = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime().describe("When GitHub and the hosts were read, RFC 3339."),
    stack: z.string(),
    environment: z.string(),
    repository: z.string().regex(/^[^\/]+\/[^\/]+$/),
    findings: z.array(findingSchema),
    unknown: z
      .array(z.string())
      .describe(
        "Parts that could not be read, so that nothing is known about their drift: `repository`, `environment`, `rules`, `secrets and variables`, `runners`, `monitoring host`, `host NAME`. `errors` has the causes.",
      ),
    errors: z
      .array(z.string())
      .describe("Why something could not be read, each cause once. Missing data never counts as clean."),
    clean: z.boolean().describe("No finding and no error."),
  })
  .meta({ title: "Drift report" });
