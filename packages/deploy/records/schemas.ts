/** zod schemas of a deployment's records. Published in docs/reference/schemas. */
import { z } from "zod";
import { categories } from "../protocol/request";

export const failureSchema = z.strictObject({
  code: z.enum(["preflight", "step", "health_check", "smoke_test", "lease_expired", "interrupted", "rollback"]),
  detail: z.string().describe("Text for people: what was seen."),
});

export const checkResultSchema = z.strictObject({
  name: z.string(),
  category: z.enum([...categories, "smoke"]),
  critical: z.boolean(),
  ok: z.boolean(),
  attempts: z.int().min(0),
  milliseconds: z.number().min(0),
  detail: z.string().describe("What was seen, if it is not ok."),
});

export const recordedActionSchema = z.strictObject({
  name: z.string().describe('Such as `preflight`, `step "unpack"`, `undo "unpack"`.'),
  startedAt: z.iso.datetime(),
  seconds: z.number().min(0),
  ok: z.boolean(),
  detail: z.string().describe("What was seen, if it is not ok."),
  checks: z.array(checkResultSchema),
});

export const deploymentRecordSchema = z
  .strictObject({
    schema: z.literal("ghrunners.deployment/1"),
    id: z.string(),
    application: z.string(),
    environment: z.string(),
    target: z.string(),
    version: z.string(),
    previousVersion: z
      .string()
      .nullable()
      .describe("What `current` pointed to before; null if nothing was installed or it was not read."),
    owner: z.string(),
    run: z
      .string()
      .optional()
      .describe("Address of the workflow run; absent if the deployment did not come from a runner."),
    artefactSha256: z.string().regex(/^[0-9a-f]{64}$/),
    token: z.int().min(1).describe("Fencing token: sequence number of the transaction on this target."),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    durationSeconds: z.number().min(0),
    outcome: z.enum(["succeeded", "rolled_back", "refused", "cancelled", "rollback_failed"]),
    failure: failureSchema.nullable(),
    diagnosisSeconds: z
      .number()
      .min(0)
      .nullable()
      .describe("From the start to the diagnosis (SC-003); null if nothing failed."),
    actions: z.array(recordedActionSchema),
  })
  .meta({ title: "What one deployment did on its target" });

export const rollbackRecordSchema = z
  .strictObject({
    schema: z.literal("ghrunners.rollback/1"),
    deployment: z.string(),
    reason: z.enum(["preflight", "step", "health_check", "smoke_test", "lease_expired", "interrupted", "rollback"]),
    from: z.string(),
    to: z.string().nullable(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime(),
    durationSeconds: z.number().min(0),
    proved: z.boolean().describe("Whether every step was undone and the old version is healthy."),
    detail: z.string().nullable().describe("What could not be undone or is not healthy."),
    kept: z
      .array(z.string())
      .describe("Forward-only steps that were not undone: the schema has more than the version needs."),
    actions: z.array(recordedActionSchema),
  })
  .meta({ title: "How a deployment was undone" });

export const incidentRecordSchema = z
  .strictObject({
    schema: z.literal("ghrunners.incident/1"),
    deployment: z.string(),
    severity: z.enum(["critical", "warning"]),
    openedAt: z.iso.datetime(),
    environment: z.string(),
    application: z.string(),
    target: z.string(),
    title: z.string(),
    cause: failureSchema,
    state: z.string().describe("What is on the target now, as text."),
    forensics: z
      .string()
      .nullable()
      .describe("Folder on the target with what was seen; null if none was kept, for example on a full disk."),
    runbook: z.string(),
    next: z.string(),
  })
  .meta({ title: "A deployment that failed after it had changed its target" });
