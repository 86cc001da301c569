/** zod schema of an archive for a bug report. Published in docs/reference/schemas. */
import { z } from "zod";

export const supportReportSchema = z
  .strictObject({
    version: z.literal(1),
    stack: z.string(),
    at: z.iso.datetime(),
    file: z.string().nullable().describe("The archive; null: it was only listed."),
    parts: z.array(
      z.strictObject({
        file: z.string().describe("Path in the archive."),
        what: z.string(),
        bytes: z.int().min(0),
        redactions: z.int().min(0).describe("How many secrets were replaced."),
        cut: z.boolean().describe("Whether older lines were left out because it is too long."),
      }),
    ),
    missing: z
      .array(z.strictObject({ file: z.string(), what: z.string(), reason: z.string() }))
      .describe("Parts that could not be read."),
  })
  .meta({ title: "What an archive for a bug report holds" });
