/** Group `deployment`: the GitHub environment that jobs of this stack's runners deploy to. */
import { z } from "zod";
import { MAXIMUM_REVIEWERS, MAXIMUM_WAIT_MINUTES } from "@ghrunners/core/github/protection";
import { text } from "./text";

const pattern = text(
  "a name or pattern such as main or v*, without blanks",
  (value) => /^[^\s~^:?[\\]{1,255}$/.test(value) && !value.startsWith("refs/"),
);

export const login = text(
  "a GitHub login: letters, digits and inner hyphens, at most 39",
  /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/,
);

/** Names are upper case: GitHub shows them like that, and another spelling would be a difference at every run. */
const variableName = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;
const VARIABLE_LIMIT = 48 * 1024;

/**
 * Text of a variable. `pulumi config set --path` and YAML store 8080 as a number and true as a boolean, both of which
 * have exactly one text. A number with a fraction does not: 1.10 is stored as 1.1, so it is refused and must be quoted.
 */
const variable = z
  .union([z.string(), z.int(), z.boolean()])
  .transform(String)
  .refine((value) => Buffer.byteLength(value) <= VARIABLE_LIMIT, "at most 48 KiB")
  .meta({
    allowed: "text of at most 48 KiB, a whole number, true or false; quote every other number in the stack's file",
    example: "value",
  });

/**
 * Variables of an environment or of the repository, by name. Not for secrets: everyone with write access can read them.
 */
export const variables = z
  .record(z.string(), variable)
  .refine((entries) => Object.keys(entries).every((name) => variableName.test(name)), "upper-case names")
  .default({})
  .meta({
    description: "Variables by name, for workflows. Not for secrets.",
    allowed: "NAME: text; names in upper-case letters, digits and underscores, not starting with GITHUB_",
    example: "value",
  });

/** The provider's id of the environment is `REPOSITORY:NAME`, so a colon would end the name. */
const environmentName = text(
  "at most 255 characters, no colon, no line break, no blank at either end",
  /^(?!\s)[^:\p{Cc}]{1,255}(?<!\s)$/u,
);

export const deployment = z.strictObject({
  name: environmentName.optional().meta({
    description: "Name of the GitHub environment, as people have it. Default: `environment`.",
    example: "Production - shop",
  }),
  reviewers: z
    .array(login)
    .max(MAXIMUM_REVIEWERS)
    .default([])
    .meta({
      description: `Logins of those who may approve a deployment; one approval is enough, GitHub accepts at most ${MAXIMUM_REVIEWERS}.`,
      example: "octocat",
    }),
  waitMinutes: z
    .int()
    .min(0)
    .max(MAXIMUM_WAIT_MINUTES)
    .default(0)
    .meta({ description: "Wait timer of the environment: time before each deployment, minutes." }),
  preventSelfReview: z
    .boolean()
    .default(true)
    .meta({ description: "The person who starts a deployment may not approve it." }),
  adminsCanBypass: z
    .boolean()
    .default(false)
    .meta({ description: "Administrators of the repository may skip reviewers and the wait timer." }),
  branches: z
    .array(pattern)
    .default([])
    .meta({ description: "Branches that may deploy; * matches any text without a slash.", example: "main" }),
  tags: z.array(pattern).default([]).meta({ description: "Tags that may deploy.", example: "v*" }),
  workflow: text("the name of a file in .github/workflows", /^[A-Za-z0-9._-]+\.ya?ml$/)
    .default("release.yml")
    .meta({ description: "Workflow that `ghrunners deploy` starts." }),
  variables,
});
