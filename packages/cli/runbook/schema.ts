import { z } from "zod";

/** An alert's section, and the variables of its commands. */
export const runbookSchema = z.strictObject({
  alert: z.string().nullable().describe("Name of the alert; null for the list."),
  file: z.string().nullable().describe("The runbook, in this checkout; null for the list."),
  text: z.string().describe("The section as it is printed; for the list a line for each alert."),
  values: z.record(z.string(), z.string()).describe("Variables that were filled in."),
  unknown: z.array(z.string()).describe("Variables that a person sets before the commands are run."),
});
