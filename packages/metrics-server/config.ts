/** Shared parts of the services' configuration files, and their reader. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { roles } from "@ghrunners/core/vocabulary/runner";

export const port = z.int().min(0).max(65_535);
export const seconds = z.number().positive().max(86_400);

/** A runner that may be registered, with the labels that it should carry. */
export const expectedRunner = z.strictObject({
  name: z.string().min(1),
  role: z.enum(roles),
  labels: z.array(z.string()),
});

/** @throws Error that names the file and every invalid setting */
export function readConfig<Config>(file: string, schema: z.ZodType<Config>): Config {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(
      `${file} cannot be read: ${(error as Error).message}. Expected the exporter's configuration as JSON.`,
    );
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "(all)"}: ${message}`);
  throw new Error(`${file} is not a configuration of this exporter:\n${problems.join("\n")}\nNext: pulumi up`);
}
