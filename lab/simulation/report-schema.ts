/** The form of the report of `npm run simulate -- --json`. */
import * as z from "zod";

const count = z.int().min(0);
const endings = { old: count, new: count, locked: count };

export const simulationSchema = z.strictObject({
  schema: z.literal("ghrunners.simulation/1"),
  seed: count.describe("the first seed; each run has the next one"),
  runs: count,
  failed: count,
  seconds: z.number().min(0),
  runsPerSecond: z.number().min(0),
  endings: z.strictObject(endings),
  coverage: z
    .array(z.strictObject({ kind: z.string().min(1), runs: count, ...endings }))
    .describe("each kind of fault and of order: how many runs had it, and how those ended"),
  failures: z
    .array(
      z.strictObject({
        seed: count,
        problems: z.array(z.string()).min(1),
        faults: z.array(z.string()),
        trace: z.array(z.string()),
      }),
    )
    .describe("the first failures, each without the faults that it does not need"),
});

export type SimulationReport = z.output<typeof simulationSchema>;
