import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { planSchema, type Plan } from "./schema";

/**
 * @param text YAML
 * @throws Error with every problem at once
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
    throw new Error(`The deployment plan ${file} is not readable as YAML: ${(error as Error).message.trimEnd()}`);
  }
}

/** @throws Error that names the file when it cannot be read, or every problem of the plan at once */
export function readPlan(file: string): Plan {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`The deployment plan ${file} cannot be read: ${(error as Error).message}`);
  }
  return parsePlan(file, text);
}
