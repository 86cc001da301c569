/** zod schema of `ghrunners upkeep --json`. Published in docs/reference/schemas. */
import { z } from "zod";

const time = z.iso.datetime().nullable();

export const upkeepItemSchema = z.strictObject({
  what: z.enum(["runner", "image"]),
  state: z
    .enum(["current", "newer", "by-hand", "unwatched", "unknown"])
    .describe(
      "current: nothing is newer. newer: --propose writes it. by-hand: it is newer, but cannot be written; note says what to do. " +
        "unwatched: the file pins nothing that could be compared. unknown: it could not be read.",
    ),
  now: z.string().nullable().describe("Version of the runner, or build of the image, in the stack's file."),
  newest: z.string().nullable(),
  due: time.describe("When the version in the file ends, RFC 3339; null: there is no such time, or it is not known."),
  dueBecause: z.string().nullable(),
  source: z.string().nullable().describe("Address that says what is newest."),
  note: z.string().nullable(),
});

export const upkeepSchema = z.strictObject({
  stack: z.string(),
  file: z.string().describe("The stack's file."),
  items: z.array(upkeepItemSchema),
  followers: z
    .array(
      z.strictObject({
        stack: z.string(),
        pins: z.array(z.string()).describe("Settings that its own file names, and that must be raised there as well."),
      }),
    )
    .describe("Stacks that take what this one has proved (promotion.from)."),
  proposal: z
    .strictObject({
      repository: z.string().describe("owner/name."),
      branch: z.string(),
      state: z
        .enum(["nothing", "open", "opened", "updated", "declined"])
        .describe(
          "nothing: nothing is newer. open: the pull request had exactly this already. " +
            "declined: a pull request with the same title was closed without a merge, so none was opened.",
        ),
      pullRequest: z.strictObject({ number: z.int(), url: z.url() }).nullable(),
    })
    .nullable()
    .describe("What --propose did; null without it."),
});
