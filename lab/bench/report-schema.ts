/** What a benchmark found, as zod says it. The form that is published: docs/reference/schemas. */
import { z } from "zod";

export const machineSchema = z.strictObject({
  platform: z.string(),
  kernel: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  memoryMiB: z.int().min(1),
});

export const summarySchema = z.strictObject({
  min: z.number().min(0),
  median: z.number().min(0).describe("The middle value; of an even count the mean of the two middle ones."),
  max: z.number().min(0),
});

export const measureSchema = z.strictObject({
  measure: z.string(),
  subject: z.enum(["ghrunners", "opentofu+ansible", "opentofu", "plain script"]),
  size: z.int().min(1).optional().describe("How many VMs, where that is varied."),
  unit: z.literal("s"),
  runs: z.array(z.number().min(0)).min(1),
  summary: summarySchema,
  bar: z
    .strictObject({
      seconds: z.number(),
      met: z.boolean(),
    })
    .optional()
    .describe("The limit that the median has to stay below."),
  peakMemoryMiB: summarySchema.optional(),
  requestsPerHour: summarySchema.optional(),
  cpuSeconds: z
    .record(z.string(), z.number().min(0))
    .optional()
    .describe("Processor time by program name, median over the runs."),
  p95: z.number().min(0).optional().describe("95 of 100 runs took no longer; of 20 runs or more."),
  wholeShare: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe("Share of the runs that ended with one complete version, old or new: 1 is all of them."),
});

export const comparisonSchema = z.strictObject({
  measure: z.string(),
  size: z.int().min(1).optional().describe("How many VMs, where that is varied."),
  subject: z.enum(["ghrunners", "opentofu+ansible", "opentofu", "plain script"]),
  peer: z.enum(["ghrunners", "opentofu+ansible", "opentofu", "plain script"]),
  ratios: summarySchema.describe(
    "Time of the subject divided by the peer's, each within one round: below 1 the subject is faster.",
  ),
});

export const growthSchema = z.strictObject({
  measure: z.string(),
  subject: z.enum(["ghrunners", "opentofu+ansible", "opentofu", "plain script"]),
  from: z.int().min(1).describe("How many VMs, where that is varied."),
  to: z.int().min(1).describe("How many VMs, where that is varied."),
  sizeRatio: z.number().gt(1).describe("How many times more things."),
  timeRatio: z.number().gt(0).describe("How many times more time, by medians."),
});

export const omissionSchema = z.strictObject({
  measure: z.string(),
  reason: z.string().min(1),
});

export const reportSchema = z
  .strictObject({
    version: z.literal(1),
    startedAt: z.iso.datetime().describe("RFC 3339."),
    machine: machineSchema,
    versions: z.record(z.string(), z.string().min(1)).describe("Version by program."),
    measures: z.array(measureSchema),
    comparisons: z.array(comparisonSchema),
    growth: z.array(growthSchema),
    omitted: z.array(omissionSchema),
  })
  .meta({ title: "Report of npm run bench" });
