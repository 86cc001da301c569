/** A way back of the runners' settings, as zod says it. The form that is published: docs/reference/schemas. */
import { z } from "zod";
import { smokeJobResultSchema } from "../smoke/schema";

export const changeSchema = z.strictObject({
  setting: z.string().describe("Path in the configuration, such as `agent.version`."),
  now: z.unknown().describe("Null: it is not set."),
  proven: z.unknown().describe("Null: it was not set."),
});

export const rollbackReportSchema = z
  .strictObject({
    schema: z.literal("ghrunners.rollback-runners/1"),
    stack: z.string(),
    provedAt: z.iso.datetime().describe("When the settings were proved that the stack goes back to, RFC 3339."),
    changes: z.array(changeSchema),
    diff: z
      .string()
      .describe(
        "Change of the configuration file, as a unified diff; to be committed. Empty: the file says the same already.",
      ),
    applied: z.boolean().describe("False: only looked at."),
    jobs: z.array(smokeJobResultSchema).describe("A job on a runner of each role, after it."),
    problems: z
      .array(z.string())
      .describe("What is not healthy after it; empty when it was only looked at, or is well."),
  })
  .meta({ title: "Runners taken back to their last known good settings" });
