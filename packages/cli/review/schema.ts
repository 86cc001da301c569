/** zod schemas of documents, lists and criteria about deployments. Published in docs/reference/schemas. */
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
    .describe("What `current` pointed to before; null if nothing was installed or it was not read."),
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
      .describe("Deployments that have no record yet."),
  })
  .meta({ title: "Deployments that the targets know, newest first" });

export const criterionSchema = z.strictObject({
  id: z.enum(["SC-001", "SC-002", "SC-003", "SC-004"]),
  title: z.string(),
  objective: z.string(),
  value: z
    .number()
    .nullable()
    .describe("A ratio, seconds, or a count, by `unit`; null: there is no data to compute it from."),
  unit: z.enum(["ratio", "seconds", "count"]),
  from: z.int().min(0).describe("Number of deployments it was computed from; for SC-004, of files."),
  met: z.boolean().nullable().describe("Null if there is no value."),
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
    since: z.iso.datetime().describe("The window, RFC 3339; a deployment counts at the time it ended."),
    until: z.iso.datetime(),
    deployments: z.int().min(0).describe("Deployments that ended in the window, whatever their outcome."),
    criteria: z.array(criterionSchema).min(4).max(4),
    secrets: z
      .array(secretFindingSchema)
      .describe("Where SC-004 found what looks like a secret, and of which kind. Never the secret itself."),
  })
  .meta({ title: "The success criteria of a target, computed from its records" });

export const entrySchema = z.strictObject({
  label: z.string(),
  value: z.string().nullable().describe("What was recorded; null otherwise."),
  source: z
    .string()
    .nullable()
    .describe("Its place in the evidence, such as `deployment.outcome`; null if nothing is recorded there."),
  askedOf: z.string().nullable().describe("Who fills it in; null for a value that is recorded."),
  missing: z
    .boolean()
    .describe('The record could have it but does not; an entry for a person is never "not recorded".'),
  ticked: z
    .boolean()
    .nullable()
    .optional()
    .describe("In a checklist: the state by the record; null leaves it to a person. Absent elsewhere."),
});

export const rowSchema = z.strictObject({
  source: z.string().describe("Place of its cells in the evidence."),
  cells: z.array(z.string()),
});

export const tableSchema = z.strictObject({
  columns: z.array(z.string()),
  rows: z.array(rowSchema),
  whenEmpty: z.string().describe("Shown instead of a table without rows."),
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
