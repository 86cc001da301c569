/** zod schema of a smoke job. Published in docs/reference/schemas. */
import { z } from "zod";

export const smokeJobResultSchema = z
  .strictObject({
    runner: z.string(),
    runId: z.number(),
    url: z.string(),
    conclusion: z.string(),
  })
  .meta({ title: "A finished job, with its runner and its address." });
