/** Documents, lists and criteria about deployments, as zod says them. The form that is published: docs/reference/schemas. */
import { z } from "zod";
import { reviewKinds } from "./kinds";

export const listedSchema = z.strictObject({
  version: z.string(),
  id: z.string(),
  target: z.string(),
  application: z.string(),
  previousVersion: z
    .string()
    .nullable()
    .describe("What `current` pointed to before; null when nothing was installed or nobody looked."),
  owner: z.string(),
  startedAt: z.iso.datetime(),
  durationSeconds: z.number().min(0),
  outcome: z.enum(["succeeded", "rolled_back", "refused", "cancelled", "rollback_failed"]),
});

export const deploymentListSchema = z
  .strictObject({
    schema: z.literal("ghrunners.deployments/1"),
    deployments: z.array(listedSchema).describe("Newest first."),
    open: z
      .array(
        z.strictObject({
          version: z.string(),
          id: z.string(),
          owner: z.string(),
          startedAt: z.iso.datetime(),
          target: z.string(),
        }),
      )
      .describe("Those that have no record yet."),
  })
  .meta({ title: "Deployments that the targets know, newest first" });

export const criterionSchema = z.strictObject({
  id: z.enum(["SC-001", "SC-002", "SC-003", "SC-004"]),
  title: z.string(),
  objective: z.string(),
  value: z
    .number()
    .nullable()
    .describe("A ratio, seconds, or a count, by `unit`; null: there is nothing that it could be computed from."),
  unit: z.enum(["ratio", "seconds", "count"]),
  from: z.int().min(0).describe("Deployments that it was computed from; of SC-004 files."),
  met: z.boolean().nullable().describe("Null without a value."),
});

export const secretFindingSchema = z.strictObject({
  file: z.string().describe("File below the scanned folder's parent, such as `forensics/ID/journal.txt`."),
  kind: z.string().describe("Kind by the list of redactions, such as `github-token`."),
});

export const criteriaSchema = z
  .strictObject({
    schema: z.literal("ghrunners.criteria/1"),
    target: z.string(),
    days: z.number().gt(0),
    since: z.iso.datetime().describe("The window, RFC 3339; a deployment belongs to the moment in which it ended."),
    until: z.iso.datetime(),
    deployments: z.int().min(0).describe("Deployments that ended in the window, whatever their outcome."),
    criteria: z.array(criterionSchema).min(4).max(4),
    secrets: z
      .array(secretFindingSchema)
      .describe("Where SC-004 found the form of a secret, and of which kind. Never the secret."),
  })
  .meta({ title: "The success criteria of a target, computed from its records" });

export const entrySchema = z.strictObject({
  label: z.string(),
  value: z.string().nullable().describe("What was recorded; null otherwise."),
  source: z
    .string()
    .nullable()
    .describe("Where it stands in the evidence, such as `deployment.outcome`; null when nothing is recorded there."),
  askedOf: z.string().nullable().describe("Who fills it in; null for a value that is recorded."),
  missing: z
    .boolean()
    .describe('The record could have it and does not; a person\'s own entry is never "not recorded".'),
  ticked: z
    .boolean()
    .nullable()
    .optional()
    .describe("In a list of things to tick: what the record says; null leaves the tick to a person. Absent elsewhere."),
});

export const rowSchema = z.strictObject({
  source: z.string().describe("Where its cells stand in the evidence."),
  cells: z.array(z.string()),
});

export const tableSchema = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(rowSchema),
  whenEmpty: z.string().describe("Stands instead of a table without rows."),
});

export const sectionSchema = z.strictObject({
  heading: z.string(),
  entries: z.array(entrySchema),
  tables: z.array(tableSchema),
});

export const reviewDocumentSchema = z
  .strictObject({
    schema: z.literal("ghrunners.review/1"),
    kind: z.enum(reviewKinds),
    title: z.string(),
    deployment: z.string().describe("Id of the deployment."),
    sections: z.array(sectionSchema),
  })
  .meta({ title: "A document about one deployment, filled from its records" });
