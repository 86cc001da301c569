/**
 * A report of everything that is wrong with a configuration, each with the command that mends it.
 */
import { z } from "zod";
import { schema, secretKeys } from "./schema";

export interface Problem {
  /** Path of the setting, such as `runners[0].address`. */
  readonly path: string;
  /** What was seen; never the value of a secret. */
  readonly seen: string;
  /** What would be accepted. */
  readonly allowed: string;
}

/** What is written about one setting in the schema. */
interface Documentation {
  readonly description?: string;
  readonly example?: string;
  readonly default?: unknown;
}

type JsonSchema = {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
} & Documentation;

const documentation = z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as JsonSchema;

export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`),
    "",
  );
}

function documentationOf(path: string): Documentation {
  let node: JsonSchema | undefined = documentation;
  for (const part of path.split(/[.[\]]+/).filter((piece) => piece !== "")) {
    node = /^\d+$/.test(part) ? node?.items : node?.properties?.[part];
  }
  return node ?? {};
}

export function isSecret(path: string): boolean {
  return (secretKeys as readonly string[]).includes(path.split(/[.[]/)[0] ?? "");
}

/** A short rendering of a value for an error message; secrets are never rendered. */
export function renderSeen(path: string, value: unknown): string {
  if (value === undefined || value === "") return "nothing";
  if (isSecret(path)) return "a secret of another form";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The command that sets a setting. Secrets are read from standard input, so they stand in no shell history. */
export function commandFor(path: string): string {
  const example = documentationOf(path).example;
  if (isSecret(path)) {
    return path === "sshPrivateKey"
      ? "pulumi config set --secret ghrunners:sshPrivateKey < PRIVATE_KEY_FILE"
      : `pulumi config set --secret ghrunners:${path}`;
  }
  const value = example ?? (documentationOf(path).default as string | undefined) ?? "VALUE";
  return /[.[]/.test(path)
    ? `pulumi config set --path 'ghrunners:${path}' ${value}`
    : `pulumi config set ghrunners:${path} ${value}`;
}

/** All problems in one text, in the order of the settings. */
export function renderProblems(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const entries = problems.map(({ path, seen, allowed }) => {
    const { example } = documentationOf(path);
    return [
      `  ${path}`,
      `    seen:    ${seen}`,
      `    allowed: ${allowed}`,
      ...(example === undefined ? [] : [`    example: ${example}`]),
      `    next:    ${commandFor(path)}`,
    ].join("\n");
  });
  return [`The configuration of stack "${stack}" has ${count}.`, ...entries].join("\n\n");
}
