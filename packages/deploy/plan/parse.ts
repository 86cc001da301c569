import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { planSchema, type Plan } from "./schema";

/**
 * @param text YAML
 * @throws Error with all problems
 */
export function parsePlan(file: string, text: string): Plan {
  const result = planSchema.safeParse(yamlOf(file, text));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join(".") || "(the plan)"}: ${message}`);
  throw new Error(
    `The deployment plan ${file} has ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}:\n${problems.join("\n")}`,
  );
}

function yamlOf(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`The deployment plan ${file} is not valid YAML: ${(error as Error).message.trimEnd()}`);
  }
}

/** @throws Error that names the file if it cannot be read, or all problems of the plan */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The deployment plan ${file} cannot be read: ${(error as Error).message}`);
  }
  return parsePlan(file, text);
}
