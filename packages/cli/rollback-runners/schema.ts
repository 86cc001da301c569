/** zod schema of a rollback of the runners' settings. Published in docs/reference/schemas. */
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
    provedAt: z.iso.datetime().describe("When the settings to which the stack returns were proved, RFC 3339."),
    changes: z.array(changeSchema),
    diff: z
      .string()
      .describe(
        "Change of the configuration file, as a unified diff; to be committed. Empty: the file already has these settings.",
      ),
    applied: z.boolean().describe("False: a dry run."),
    jobs: z.array(smokeJobResultSchema).describe("A job on a runner of each role, after it."),
    problems: z
      .array(z.string())
      .describe("What is not healthy afterwards; empty after a dry run, or if all is healthy."),
  })
  .meta({ title: "Runners rolled back to their last known good settings" });
