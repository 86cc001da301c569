/**
 * Group `promotion`: which stack must prove a change before this one applies it, and whether this one gives proofs to
 * others.
 */
import { z } from "zod";
import { text } from "./text";

export const promotion = z.strictObject({
  from: text("the name of a stack of this project, or organization/project/stack", /^[\w.-]+(\/[\w.-]+\/[\w.-]+)?$/)
    .optional()
    .meta({
      description: "Stack that must have proved the same commit and settings; without its proof, nothing is changed.",
      example: "staging",
    }),
  prove: z.boolean().default(false).meta({
    description: "This stack proves each change: its health and one job, exported as the stack output `proof`.",
  }),
  maxAgeHours: z
    .int()
    .min(1)
    .max(720)
    .default(24)
    .meta({ description: "Maximum age of a proof, hours. It is renewed at half of this age." }),
  repository: text("owner/name", /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/)
    .optional()
    .meta({
      description:
        "Repository whose workflows deliver this stack, if it is not github.repository; you protect its environments by hand.",
      example: "octo-org/infrastructure",
    }),
});
