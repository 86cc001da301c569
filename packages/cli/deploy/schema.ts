/** zod schema of a deployment's result. Published in docs/reference/schemas. */
import { z } from "zod";
import { deploymentRecordSchema, incidentRecordSchema, rollbackRecordSchema } from "@ghrunners/deploy/records/schemas";

export const verdictSchema = z.union([
  z.strictObject({
    go: z.literal(true),
    runner: z.string(),
    reason: z.string(),
  }),
  z.strictObject({
    go: z.literal(false),
    reason: z.string(),
    runbook: z.string(),
  }),
]);

export const recordsSchema = z.strictObject({
  deployment: deploymentRecordSchema,
  rollback: rollbackRecordSchema.optional(),
  incident: incidentRecordSchema.optional(),
  gate: z
    .custom<object>()
    .optional()
    .describe("Decision of the gate that chose the runner, as it came with the request."),
});

export const followedSchema = z.strictObject({
  id: z.string(),
  nothingToDo: z.boolean().describe("No run was started: the version is installed and healthy."),
  run: z
    .strictObject({
      url: z.string(),
      conclusion: z.string().nullable(),
    })
    .nullable(),
  gate: verdictSchema.nullable(),
  target: z
    .string()
    .nullable()
    .describe("Name of the target; null if no target knows the deployment, or none can be reached from here."),
  records: recordsSchema.nullable(),
  lost: z.string().nullable().describe("Runner that was lost during the deployment."),
  words: z.array(z.string()).describe("The deployer's messages if nothing was started."),
});

export const outcomeSchema = z.union([
  z.strictObject({
    kind: z.literal("unchanged"),
    version: z.string(),
  }),
  z.strictObject({
    kind: z.literal("checked"),
    steps: z.array(z.string()),
    problems: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal("over"),
    records: recordsSchema,
  }),
  z.strictObject({
    kind: z.literal("refused"),
    reason: z.string(),
  }),
]);
