/** zod schema of what a preview would touch. Published in docs/reference/schemas. */
import { z } from "zod";
import { operations } from "./operation";

export const changeSchema = z.strictObject({
  operation: z.enum(operations),
  name: z.string().describe("Name of the resource in the program."),
  type: z.string().describe("Type without its package's version folder, such as `proxmoxve:VmLegacy`."),
  properties: z.array(z.string()).describe("Names of the properties that change; never their values."),
});

export const touchedSchema = z.strictObject({
  name: z.string(),
  operation: z.enum(operations),
});

export const labelChangeSchema = z.strictObject({
  runner: z.string(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
});

export const blastRadiusSchema = z.strictObject({
  changes: z.array(changeSchema),
  runners: z.array(touchedSchema),
  labels: z.array(labelChangeSchema),
  environments: z.array(touchedSchema),
  secrets: z.array(touchedSchema).describe("`NAME`, or `NAME in ENVIRONMENT`."),
  variables: z.array(touchedSchema),
  repository: z.array(touchedSchema).describe("Settings of the whole repository, which affect every workflow in it."),
});
