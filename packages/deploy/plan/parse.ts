import { parse } from "yaml";
import { planSchema, type Plan } from "./schema";

/**
 * @param text YAML
 * @throws Error with every problem at once
 */
export function parsePlan(file: string, text: string): Plan {
  const result = planSchema.safeParse(parse(text));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "(the plan)"}: ${message}`);
  throw new Error(
    `The deployment plan ${file} has ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}:\n${problems.join("\n")}`,
  );
}
