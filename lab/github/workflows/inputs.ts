import type { InputDefinition } from "./model";
import type { Json } from "./template";

/** Inputs as GitHub hands them to a run, or every problem in GitHub's words. */
export type CheckedInputs =
  | { readonly ok: true; readonly inputs: Record<string, Json> }
  | { readonly ok: false; readonly problems: readonly string[] };

/** GitHub allows this many inputs in one dispatch (REST documentation, "Create a workflow dispatch event"). */
const mostInputs = 25;

/**
 * Checks given inputs against their definitions and fills in defaults.
 * @param given as the request or the caller has them; the REST call sends text, also for booleans and numbers
 * @param environments names of the repository's environments, for inputs of that type
 */
export function checkInputs(
  definitions: readonly InputDefinition[],
  given: Readonly<Record<string, Json>>,
  environments: readonly string[],
): CheckedInputs {
  const known = new Map(definitions.map((definition) => [definition.name, definition]));
  const unexpected = Object.keys(given).filter((name) => !known.has(name));
  const problems: string[] = [];
  if (unexpected.length > 0) problems.push(`Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  if (Object.keys(given).length > mostInputs) problems.push(`you may only define up to ${mostInputs} inputs`);
  const inputs: Record<string, Json> = {};
  for (const definition of definitions) {
    const value = given[definition.name];
    if (value === undefined || value === null || value === "") {
      if (definition.required && definition.default === undefined) {
        problems.push(`Required input '${definition.name}' not provided`);
      }
      inputs[definition.name] = definition.default ?? emptyOf(definition.type);
      continue;
    }
    const converted = convert(definition, value, environments);
    if (typeof converted === "object") problems.push(converted.problem);
    else inputs[definition.name] = converted;
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, inputs };
}

function emptyOf(type: InputDefinition["type"]): Json {
  if (type === "boolean") return false;
  return type === "number" ? 0 : "";
}

function convert(
  definition: InputDefinition,
  value: Json,
  environments: readonly string[],
): string | number | boolean | { problem: string } {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const problem = (expected: string) => ({
    problem: `Provided value '${text}' for input '${definition.name}' ${expected}`,
  });
  switch (definition.type) {
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : problem("is not a boolean (true or false)");
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : problem("is not a number");
    case "choice":
      return definition.options.includes(text)
        ? text
        : problem(`not in the list of allowed values: ${JSON.stringify(definition.options)}`);
    case "environment":
      return environments.includes(text) ? text : problem("is not an environment of the repository");
    case "string":
      return text;
  }
}
