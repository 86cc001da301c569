import { parameterError } from "./errors";

/** Checks a value's text; returns what is wrong with it, or undefined. */
export type SchemaFormat = (value: string) => string | undefined;

/** One parameter of a call, as JSON Schema in Proxmox VE's API viewer describes it. */
export interface Parameter {
  readonly type: "string" | "integer" | "number" | "boolean";
  readonly optional?: boolean;
  readonly enum?: readonly string[];
  readonly pattern?: RegExp;
  readonly format?: SchemaFormat;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

export type Schema = Readonly<Record<string, Parameter>>;

/** Checked parameters. Every value is still text; booleans are `1` or `0`. */
export type Values = Readonly<Record<string, string>>;

export const unknownProperty = "property is not defined in schema and the schema does not allow additional properties";
export const missingProperty = "property is missing and it is not optional";

const booleans: Readonly<Record<string, string>> = {
  "1": "1",
  on: "1",
  yes: "1",
  true: "1",
  "0": "0",
  off: "0",
  no: "0",
  false: "0",
};

/** The problem of one value, worded as by PVE::JSONSchema; undefined if there is none. */
export function problemOf(parameter: Parameter, value: string): string | undefined {
  const { type, minimum, maximum, maxLength } = parameter;
  if (type === "boolean")
    return value.toLowerCase() in booleans ? undefined : `type check ('boolean') failed - got '${value}'`;
  if (type === "integer" && !/^[+-]?\d+$/.test(value)) return `type check ('integer') failed - got '${value}'`;
  if (type === "number" && !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) {
    return `type check ('number') failed - got '${value}'`;
  }
  if (type !== "string") {
    if (minimum !== undefined && Number(value) < minimum) return `value must have a minimum value of ${minimum}`;
    if (maximum !== undefined && Number(value) > maximum) return `value must have a maximum value of ${maximum}`;
  }
  if (maxLength !== undefined && value.length > maxLength) return `value may only be ${maxLength} characters long`;
  if (parameter.enum !== undefined && !parameter.enum.includes(value)) {
    return `value '${value}' does not have a value in the enumeration '${parameter.enum.join(", ")}'`;
  }
  if (parameter.pattern !== undefined && !parameter.pattern.test(value))
    return "value does not match the regex pattern";
  const wrong = parameter.format?.(value);
  return wrong === undefined ? undefined : `invalid format - ${wrong}`;
}

/** Problems of a set of values, by parameter. */
export function problemsOf(schema: Schema, values: Values): Record<string, string> {
  const problems: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    const parameter = Object.hasOwn(schema, name) ? schema[name] : undefined;
    const problem = parameter === undefined ? unknownProperty : problemOf(parameter, value);
    if (problem !== undefined) problems[name] = problem;
  }
  for (const [name, parameter] of Object.entries(schema)) {
    if (!parameter.optional && !Object.hasOwn(values, name)) problems[name] = missingProperty;
  }
  return problems;
}

/** @throws ProxmoxApiError 400 that names every unknown, missing or wrong parameter */
export function checkParameters(schema: Schema, values: Values): Values {
  const problems = problemsOf(schema, values);
  if (Object.keys(problems).length > 0) throw parameterError(problems);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      schema[name]?.type === "boolean" ? (booleans[value.toLowerCase()] as string) : value,
    ]),
  );
}
