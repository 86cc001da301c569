/**
 * Documentation of each setting from the schema: meaning, bounds, default, example. Pure.
 */
import { z } from "zod";
import { blank, setCommand } from "./set-command";
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

/** Settings of a machine that no other machine may share: an example would be refused where another has it. */
const OWN = /^(?:runners\[\d+\]|deliveryRunner)\.(name|vmId|address)$/;

/** Whether a value must be the machine's alone, so that no example fits it. */
export const isOwnValue = (path: string): boolean => OWN.test(path);

/** The example, or the default. A list's example is that of its entries. */
function valueFor(path: string, node: Documentation): string {
  const own = OWN.exec(path)?.[1];
  if (own !== undefined) return blank(own);
  // One runner is the primary; the first of the list is.
  if (/^runners\[[1-9]\d*\]\.role$/.test(path)) return "secondary";
  const list = /\[\d+\]$/.test(path) ? documentationOf(path.replace(/\[\d+\]$/, "")) : {};
  const first = Array.isArray(list.default) ? (list.default as readonly string[])[0] : undefined;
  const example = node.example ?? node.default ?? list.example ?? first;
  if (example === undefined) return blank("value");
  const text = JSON.stringify(example).replace(/^"|"$/g, "").replaceAll('\\"', '"');
  return /[<>*]/.test(text) ? `'${text}'` : text;
}

/**
 * The command that sets a setting which is missing or malformed. A problem with other settings has a next step of its
 * own where a value of this kind is not enough. Secrets are read from standard input, so they are not in the shell
 * history.
 */
export function commandFor(path: string): string {
  const node = documentationOf(path);
  if (path === "sshPrivateKey") return "pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE";
  const [group = "", name = "NAME"] = path.split(".");
  if ((secretMaps as readonly string[]).includes(group))
    return `pulumi config set --secret --path 'ghrunners:${group}.${name}' < SECRET_FILE`;
  if (isSecret(path)) return `pulumi config set --secret ghrunners:${path}`;
  if (node.type === "array") return commandFor(`${path}[0]`);
  const [first] = Object.keys(node.properties ?? {});
  return first === undefined ? setCommand(path, valueFor(path, node)) : commandFor(`${path}.${first}`);
}
