/** zod schema of what `ghrunners patch` plans or did. Published in docs/reference/schemas. */
import { z } from "zod";

export const patchRunnerSchema = z.strictObject({
  name: z.string(),
  role: z.string(),
  problems: z
    .array(z.string())
    .describe("Problems of the runner in GitHub's view and its host's, before anything was done."),
  updates: z
    .strictObject({
      security: z.array(z.string()).describe("Packages with a pending security update."),
      other: z.array(z.string()).describe("Packages with another pending update."),
      refreshedAt: z.iso.datetime().describe("Age of the package lists that say so, RFC 3339."),
    })
    .nullable()
    .describe("What the exporter on the host knew before; null: unknown."),
  restartRequired: z.boolean().nullable().describe("Before; null: the host could not be reached."),
  result: z
    .enum(["planned", "patched", "failed", "not-begun"])
    .describe("not-begun: an earlier runner failed, so nothing was done to this one."),
  restarted: z.boolean(),
});

export const patchReportSchema = z
  .strictObject({
    version: z.literal(1),
    stack: z.string(),
    applied: z.boolean().describe("False: nothing was changed."),
    runners: z.array(patchRunnerSchema).describe("In the order in which they are patched."),
    problem: z.string().nullable().describe("Why it stopped; null: it did not."),
  })
  .meta({ title: "Which machines of the runners are patched, and in what order" });
