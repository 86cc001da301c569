/** Takes secrets out of the texts for a bug report. Pure. */
import { redacted, withoutSecrets } from "@ghrunners/core/vocabulary/redaction";

/** A secret of the stack, by the name of its setting. */
export interface KnownSecret {
  readonly name: string;
  readonly value: string;
}

/** Shorter values would hide ordinary words. */
const SHORTEST = 8;
/** Shorter lines of a key are no secret alone, and appear elsewhere. */
const SHORTEST_LINE = 20;

/** The forms in which a text may contain a value: as it is, in JSON, in JSON inside JSON, in base64, line by line. */
function formsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  // USER@REALM!TOKENID=UUID: the UUID alone is the secret.
  const half = /![\w.-]+=([0-9a-f-]{36})$/.exec(value.trim())?.[1];
  return [
    value,
    value.trim(),
    ...(half === undefined ? [] : [half]),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    Buffer.from(value).toString("base64"),
    encodeURIComponent(value),
    ...lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith("-----")),
  ];
}

/** What a text describes as JSON, such as a GitHub App with its private key; undefined if it does not. */
function structureIn(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The texts inside a value: a setting may be a structure with secrets in it. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value, ...textsIn(structureIn(value))];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The secrets of `pulumi config --json --show-secrets`. */
export function secretsOf(
  entries: Readonly<
    Record<string, { readonly value?: string; readonly objectValue?: unknown; readonly secret: boolean }>
  >,
): KnownSecret[] {
  return Object.entries(entries).flatMap(([key, { value, objectValue, secret }]) => {
    if (!secret) return [];
    const name = key.replace(/^.*:/, "");
    return [...textsIn(value), ...textsIn(objectValue)].map((text) => ({ name, value: text }));
  });
}

/**
 * The text without secrets: first the stack's own by their values, then everything that looks like one, by the same
 * list as the logs.
 * @param namesOnly the text holds names and no values: only the stack's own secrets are replaced. In a URN, `Password:`
 *   before a resource's name looks like a password. Default: false
 * @returns also how many were replaced
 */
export function redact(
  text: string,
  secrets: readonly KnownSecret[],
  namesOnly = false,
): { readonly text: string; readonly count: number } {
  const known = secrets
    .flatMap(({ name, value }) => formsOf(value).map((form) => ({ name, form })))
    .filter(({ form }) => form.length >= SHORTEST)
    .sort((one, other) => other.form.length - one.form.length);
  const plain = known.reduce((kept, { name, form }) => kept.replaceAll(form, redacted(name)), text);
  const clean = namesOnly ? plain : withoutSecrets(plain);
  return { text: clean, count: clean.split("[REDACTED ").length - 1 };
}
