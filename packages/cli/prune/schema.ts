/** zod schema of what a stack left behind. Published in docs/reference/schemas. */
import { z } from "zod";

export const leftoverSchema = z
  .strictObject({
    kind: z.enum(["runner", "machine", "runner-version", "release"]),
    id: z.string().describe("GitHub's number of the runner, the VMID, or the version."),
    name: z.string(),
    place: z.string().describe("Where it is: the repository, a node, a machine, a target."),
    since: z.iso.datetime().nullable().describe("When it was made or last changed, RFC 3339; null: not known."),
    why: z.string().describe("Why it counts as left behind."),
    refusal: z.string().nullable().describe("Why it is not removed; null: --apply removes it."),
  })
  .describe("One thing that a stack left behind.");

export const pruneReportSchema = z
  .strictObject({
    version: z.literal(1),
    stack: z.string(),
    applied: z.boolean().describe("False: nothing was changed."),
    leftovers: z.array(leftoverSchema),
    removed: z
      .array(z.string())
      .describe("What was removed, by kind, id and place, such as `machine 190 (node pve1)`."),
    problems: z.array(z.string()).describe("What could not be read, or not be removed."),
  })
  .meta({ title: "What a stack left behind" });
