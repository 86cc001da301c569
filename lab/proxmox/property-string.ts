import { problemOf, missingProperty, unknownProperty, type SchemaFormat, type Parameter } from "./api/schema";

/** A parsed property string such as `virtio=BC:24:11:00:00:01,bridge=vmbr0`. */
export type Properties = Readonly<Record<string, string>>;

/** Keys of a property string. */
export interface PropertyFormat {
  readonly keys: Readonly<Record<string, Parameter>>;
  /** Key of a part without `=`. */
  readonly defaultKey?: string;
  /** Keys that are short for two: `virtio=MAC` is `model=virtio` and `macaddr=MAC`. */
  readonly pairs?: { readonly names: readonly string[]; readonly key: string; readonly value: string };
}

/**
 * Splits and checks a property string (PVE::JSONSchema, parse_property_string). Empty parts are skipped, as a trailing
 * comma.
 * @returns the properties, or what is wrong
 */
export function parseProperties(format: PropertyFormat, text: string): { value: Properties } | { problem: string } {
  const value: Record<string, string> = {};
  const problems: string[] = [];
  const set = (key: string, part: string): void => {
    if (Object.hasOwn(value, key)) problems.push(`duplicate key in comma-separated list property: ${key}`);
    value[key] = part;
  };
  for (const part of text.split(",").filter((entry) => entry.trim() !== "")) {
    const at = part.indexOf("=");
    const key = at < 0 ? undefined : part.slice(0, at);
    if (key === undefined) {
      if (format.pairs?.names.includes(part)) set(format.pairs.key, part);
      else if (format.defaultKey !== undefined) set(format.defaultKey, part);
      else problems.push(`value without key, but schema does not define a default key`);
    } else if (format.pairs?.names.includes(key)) {
      set(format.pairs.key, key);
      set(format.pairs.value, part.slice(at + 1));
    } else set(key, part.slice(at + 1));
  }
  for (const [key, part] of Object.entries(value)) {
    const parameter = Object.hasOwn(format.keys, key) ? format.keys[key] : undefined;
    const problem = parameter === undefined ? unknownProperty : problemOf(parameter, part);
    if (problem !== undefined) problems.push(`${key}: ${problem}`);
  }
  for (const [key, parameter] of Object.entries(format.keys)) {
    if (!parameter.optional && !Object.hasOwn(value, key)) problems.push(`${key}: ${missingProperty}`);
  }
  return problems.length === 0 ? { value } : { problem: `format error\n${problems.join("\n")}` };
}

/** As text: the pair or the default key first, the others sorted. Reading it again gives the same properties. */
export function printProperties(format: PropertyFormat, properties: Properties): string {
  const rest = { ...properties };
  const parts: string[] = [];
  const { pairs, defaultKey } = format;
  if (pairs !== undefined && rest[pairs.key] !== undefined && rest[pairs.value] !== undefined) {
    parts.push(`${rest[pairs.key]}=${rest[pairs.value]}`);
    delete rest[pairs.key];
    delete rest[pairs.value];
  } else if (defaultKey !== undefined && rest[defaultKey] !== undefined) {
    parts.push(rest[defaultKey]);
    delete rest[defaultKey];
  }
  return [
    ...parts,
    ...Object.keys(rest)
      .sort()
      .map((key) => `${key}=${rest[key]}`),
  ].join(",");
}

/** A parameter's format that is a property string. */
export const propertyString =
  (format: PropertyFormat): SchemaFormat =>
  (text) => {
    const parsed = parseProperties(format, text);
    return "problem" in parsed ? parsed.problem : undefined;
  };

/** Parses a string that was checked before. @throws Error when it does not fit after all */
export function readProperties(format: PropertyFormat, text: string): Properties {
  const parsed = parseProperties(format, text);
  if ("problem" in parsed) throw new Error(`"${text}": ${parsed.problem}`);
  return parsed.value;
}
