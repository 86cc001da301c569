/** Group `repository`: settings of the whole repository. One stack manages them; the others do not change them. */
import { z } from "zod";
import { variables } from "./deployment";
import { text } from "./text";

export const repository = z.strictObject({
  manage: z
    .boolean()
    .default(false)
    .meta({ description: "This stack manages the settings of the repository. Exactly one stack may do so." }),
  requiredApprovals: z
    .int()
    .min(0)
    .max(10)
    .default(1)
    .meta({ description: "Approvals that a pull request into the default branch needs." }),
  codeOwners: z
    .boolean()
    .default(true)
    .meta({ description: "A code owner must approve changes of the files that CODEOWNERS assigns to them." }),
  requiredChecks: z
    .array(text("the name of a check, at most 255 characters", /^[^\r\n]{1,255}$/))
    .default([])
    .meta({ description: "Checks that must succeed before a merge into the default branch.", example: "test" }),
  allowedActions: z
    .array(text("a pattern such as octo-org/*, octo-org/action@*", /^[A-Za-z0-9-]+\/[A-Za-z0-9._*/-]+(@[^\s,]+)?$/))
    .optional()
    .meta({
      description:
        "Actions and reusable workflows that may run in addition to those of GitHub and of the owner; all others are refused. A private repository has such a list only with GitHub Enterprise. Default: all, pinned by commit.",
      example: "pulumi/actions@*",
    }),
  oidcClaims: z.array(text("the name of a claim", /^\w+$/)).default([]).meta({
    description: "Claims that make up the subject of Actions' OIDC tokens. Default: GitHub's own subject.",
    example: "repo",
  }),
  variables,
});
