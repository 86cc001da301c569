/** zod schema of the result of `ghrunners init`. Published in docs/reference/schemas. */
import { z } from "zod";

export const initSchema = z.strictObject({
  stack: z.string(),
  file: z.string().describe("The stack's configuration file."),
  result: z
    .enum(["written", "unchanged", "refused", "checked"])
    .describe(
      "refused: an answer is missing or wrong; nothing was written but the keys of Apps that --register stored. checked: with --check, nothing was written.",
    ),
  created: z.boolean().describe("Whether the stack was made."),
  settings: z.array(z.string()).describe("Settings that were changed; with --check, that would be."),
  secrets: z.array(z.string()).describe("Secrets that were set; with --check, that would be."),
  findings: z.array(
    z.strictObject({
      setting: z.string(),
      reason: z.string().describe("What was seen, what was expected, the next step."),
      isRefusal: z
        .boolean()
        .describe("True: an answer is wrong. False: something has to be prepared elsewhere before pulumi up."),
    }),
  ),
  notices: z.array(z.string()),
  pullRequest: z
    .url()
    .nullable()
    .describe("Page of the open pull request with the workflows, as far as it was looked for."),
  next: z.array(z.string()).describe("Commands to run next, in order."),
});
