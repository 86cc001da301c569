/**
 * Documentation of each setting from the schema: meaning, bounds, default, example. Pure.
 */
import { z } from "zod";
import { schema, secretKeys, secretMaps } from "./schema";

/** A setting as JSON Schema, with this project's own fields. */
export interface Documentation {
  readonly description?: string;
  /** Description of the accepted form, if type and bounds are not enough. */
  readonly allowed?: string;
  readonly example?: string;
  readonly default?: string | number | boolean | readonly string[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Documentation>>;
  readonly required?: readonly string[];
  readonly items?: Documentation;
  /** What each value accepts if the user chooses the names. */
  readonly additionalProperties?: Documentation | false;
}

/** The whole schema. */
export const documentation = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as Documentation;

/** Documentation of a path such as `runners[0].address`; nothing for a setting that does not exist. */
export function documentationOf(path: string): Documentation {
  let node: Documentation | undefined = documentation;
  for (const part of path.split(/[.[\]]+/).filter((piece) => piece !== "")) {
    node = /^\d+$/.test(part) ? node?.items : (node?.properties?.[part] ?? (node?.additionalProperties || undefined));
  }
  return node ?? {};
}

/** Describes what a setting accepts. */
export function allowedText(node: Documentation): string {
  if (node.allowed !== undefined) return node.allowed;
  if (node.const !== undefined) return `exactly "${node.const}"`;
  if (node.enum !== undefined) return node.enum.join(" or ");
  if (node.type === "integer") return `a whole number, ${node.minimum} to ${node.maximum}`;
  if (node.type === "boolean") return "true or false";
  if (node.type === "array")
    return `a list; each entry: ${node.items === undefined ? "anything" : allowedText(node.items)}`;
  return `settings: ${Object.keys(node.properties ?? {}).join(", ")}`;
}

export function isSecret(path: string): boolean {
  return ([...secretKeys, ...secretMaps] as readonly string[]).includes(path.split(/[.[]/)[0] ?? "");
}

/** The command that sets a setting. Secrets are read from standard input, so they are not in the shell history. */
export function commandFor(path: string): string {
  const node = documentationOf(path);
  if (path === "sshPrivateKey") return "pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE";
  const [group = "", name = "NAME"] = path.split(".");
  if ((secretMaps as readonly string[]).includes(group))
    return `pulumi config set --secret --path 'ghrunners:${group}.${name}' < SECRET_FILE`;
  if (isSecret(path)) return `pulumi config set --secret ghrunners:${path}`;
  if (node.type === "array" && node.items?.properties !== undefined) {
    const [first = ""] = Object.keys(node.items.properties);
    return commandFor(`${path}[0].${first}`);
  }
  if (node.type === "array") return commandFor(`${path}[0]`);
  const value =
    node.example ?? (node.default === undefined ? "VALUE" : JSON.stringify(node.default).replace(/^"|"$/g, ""));
  return /[.[]/.test(path)
    ? `pulumi config set --path 'ghrunners:${path}' ${value}`
    : `pulumi config set ghrunners:${path} ${value}`;
}
