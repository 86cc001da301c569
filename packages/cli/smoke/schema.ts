/** A smoke job, as zod says it. The form that is published: docs/reference/schemas. */
import { z } from "zod";

export const smokeJobResultSchema = z
  .strictObject({
    runner: z.string(),
    runId: z.number(),
    url: z.string(),
    conclusion: z.string(),
  })
  .meta({ title: "A finished job: on which runner and where to read about it." });
