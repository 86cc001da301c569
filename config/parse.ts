/**
 * Converts raw configuration values to settings, or to the list of all problems. Pure.
 */
import { templateVmId } from "@ghrunners/core/proxmox/image";
import { crossCheck, templateSource, type WellFormed } from "./cross-checks";
import { machinesOf } from "./machines";
import { publicKeyOf } from "./open-ssh-key";
import { allowedText, documentationOf } from "./documentation";
import type { Problem } from "./problem";
import { formatPath, renderSeen } from "./problems";
import { removeCommand } from "./set-command";
import { type ParsedSettings, schema, secretKeys, secretMaps } from "./schema";

/** The project's configuration, as Pulumi passes it. */
export interface RawConfiguration {
  /** Name of the stack. */
  readonly stack: string;
  /** Values by key without the project's prefix; objects and lists are JSON text. */
  readonly values: Readonly<Record<string, string>>;
  /** Keys that are stored as secrets. */
  readonly secrets: readonly string[];
}

/** Checked settings, with all defaults. */
export interface Settings extends Omit<ParsedSettings, "environment" | "network" | "proxmox" | "safety"> {
  readonly environment: string;
  /** With `image` the VMIDs are those of the templates that the program makes. */
  readonly proxmox: ParsedSettings["proxmox"] & { readonly templateId: number };
  readonly network: ParsedSettings["network"] & { readonly nameservers: string[] };
  readonly safety: ParsedSettings["safety"] & { readonly protect: boolean };
  /** Public half of sshPrivateKey, one line in authorized_keys form. */
  readonly sshPublicKey: string;
}

export type ParseResult = { readonly settings: Settings } | { readonly problems: readonly Problem[] };

const structured = Object.keys(schema.shape).filter(
  (key) => !(secretKeys as readonly string[]).includes(key) && key !== "environment" && key !== "hosts",
);

function decode(raw: RawConfiguration, problems: Problem[]): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(raw.values)) {
    decoded[key] = text;
    if (!structured.includes(key)) continue;
    try {
      decoded[key] = JSON.parse(text) as unknown;
    } catch {
      const allowed = "structured settings (an object or a list)";
      problems.push({ path: key, seen: renderSeen(key, text), allowed, next: removeCommand(key) });
      delete decoded[key];
    }
  }
  return decoded;
}

/** The groups that the schema accepts one by one. */
function wellFormed(whole: Record<string, unknown>): WellFormed {
  const groups = Object.entries(schema.shape).flatMap(([key, type]) => {
    const parsed = type.safeParse(whole[key]);
    return parsed.success ? [[key, parsed.data]] : [];
  });
  return Object.fromEntries(groups) as WellFormed;
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[part] : undefined),
    value,
  );
}

function unknownSetting(path: readonly PropertyKey[]): Problem {
  const text = formatPath(path);
  return {
    path: text,
    seen: "a setting that does not exist",
    allowed: allowedText(documentationOf(formatPath(path.slice(0, -1)))),
    next: removeCommand(text),
  };
}

/**
 * What to do with a value that no other value of this path can replace: the wrong kind for a group or list, a name that
 * is not allowed, and the words of an override, which no one should copy from a message. Undefined: set another one.
 */
function stepAway(path: string, value: unknown, code: string): string | undefined {
  const { type, const: words, items, properties, additionalProperties, ...node } = documentationOf(path);
  if (value === undefined) return undefined;
  if (code === "too_big" && Array.isArray(value)) return "remove the entries that are too many";
  const isNamed = properties === undefined && Boolean(additionalProperties);
  if (isNamed && isGroup(value)) return `rename the entries of ghrunners:${path} that have another name`;
  const isWrongKind = (items !== undefined && !Array.isArray(value)) || properties !== undefined || isNamed;
  const isOwnDefault = type === "boolean" && node.default === undefined;
  return code === "invalid_key" || words !== undefined || isWrongKind || isOwnDefault ? removeCommand(path) : undefined;
}

/** The VMIDs of the templates on every node that is used. Without an image there is a `templateId`. */
function withTemplates({ proxmox, runners, deliveryRunner }: ParsedSettings, stack: string): Settings["proxmox"] {
  const { image, node, templateId = 0 } = proxmox;
  if (image === undefined) return { ...proxmox, templateId };
  // A stack's full name has its organisation and project before it.
  const name = stack.slice(stack.lastIndexOf("/") + 1);
  const used = machinesOf({ runners, deliveryRunner }).flatMap((machine) => machine.node ?? []);
  const others = [...new Set(used)].filter((other) => other !== node);
  return {
    ...proxmox,
    templateId: templateVmId(name, node, image),
    ...(others.length > 0 && {
      templates: Object.fromEntries(others.map((other) => [other, templateVmId(name, other, image)])),
    }),
  };
}

export function parseConfiguration(raw: RawConfiguration): ParseResult {
  const problems: Problem[] = [];
  const decoded = decode(raw, problems);
  for (const key of [...secretKeys, ...secretMaps]) {
    if (raw.values[key] !== undefined && raw.values[key] !== "" && !raw.secrets.includes(key)) {
      problems.push({ path: key, seen: "a value stored in plain text", allowed: "a value stored with --secret" });
    }
    if (decoded[key] === "") delete decoded[key];
  }
  // An absent group is checked as an empty one, so that each missing setting in it is reported; so is the first runner.
  const whole: Record<string, unknown> = { proxmox: {}, github: {}, network: {}, runners: [{}], ...decoded };
  const result = schema.safeParse(whole);
  for (const issue of result.error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") {
      problems.push(...issue.keys.map((key) => unknownSetting([...issue.path, key])));
      continue;
    }
    const path = formatPath(issue.path);
    const value = valueAt(whole, issue.path);
    const next = stepAway(path, value, issue.code);
    problems.push({
      path,
      seen: renderSeen(path, value),
      allowed: allowedText(documentationOf(path)),
      ...(next !== undefined && { next }),
    });
  }
  const environment = result.data?.environment ?? raw.stack;
  if (isGroup(whole.proxmox)) problems.push(...templateSource(whole.proxmox));
  problems.push(...crossCheck(wellFormed(whole), environment));
  if (!result.success) return { problems };

  const parsed = result.data;
  const sshPublicKey = publicKeyOf(parsed.sshPrivateKey);
  if (sshPublicKey === undefined) {
    problems.push({
      path: "sshPrivateKey",
      seen: "a key that cannot be read",
      allowed: "an OpenSSH private key without a passphrase",
    });
  }
  if (problems.length > 0 || sshPublicKey === undefined) return { problems };
  return {
    settings: {
      ...parsed,
      environment,
      proxmox: withTemplates(parsed, raw.stack),
      network: { ...parsed.network, nameservers: parsed.network.nameservers ?? [parsed.network.gateway] },
      safety: { ...parsed.safety, protect: parsed.safety.protect ?? environment === "production" },
      sshPublicKey,
    },
  };
}
