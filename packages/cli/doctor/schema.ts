/** zod schema of the doctor's report. Published in docs/reference/schemas. */
import { z } from "zod";
import { stages, type DoctorStage } from "./stages";

export const checkResultSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z-]+$/)
    .describe("Stable name of the check, such as `runner-disk`."),
  stage: z.enum(Object.keys(stages) as [DoctorStage, ...DoctorStage[]]),
  subject: z
    .string()
    .nullable()
    .describe("The runner, target, secret or setting that it is about; null where there is only one."),
  state: z
    .enum(["ok", "warning", "problem", "unknown", "skipped"])
    .describe("`unknown`: the fact could not be read. `skipped`: an earlier check failed, see `because`."),
  seen: z.string().nullable().describe("Null if the check was skipped."),
  expected: z.string(),
  next: z.string().nullable().describe("The command that fixes it; null where nothing has to be done."),
  because: z.string().nullable().describe("Name and subject of the failed check for which this one was skipped."),
});

export const doctorReportSchema = z
  .strictObject({
    version: z.literal(1),
    at: z.iso.datetime().describe("When the reading began, RFC 3339."),
    stack: z.string().nullable().describe("Null if no stack is selected."),
    seconds: z.number().describe("How long the reading took."),
    checks: z.array(checkResultSchema).describe("In the order in which they depend on each other."),
    healthy: z.boolean().describe("No problem and nothing unknown. Warnings do not count."),
  })
  .meta({ title: "Report of `ghrunners doctor`" });
