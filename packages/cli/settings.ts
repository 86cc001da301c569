import { parseConfiguration, type ParseResult, type Settings } from "@ghrunners/config/parse";
import { renderProblems } from "@ghrunners/config/problems";
import { capturePulumi } from "./pulumi/run";
import type { Stack } from "./pulumi/stack";

interface ConfigEntry {
  readonly value?: string;
  readonly objectValue?: unknown;
  readonly secret: boolean;
}

const prefix = "ghrunners:";

/** The settings of a stack, secrets decrypted, as the program itself sees them; or every problem that they have. */
export async function configurationOf(stack: Stack): Promise<ParseResult> {
  const text = await capturePulumi(stack, ["config", "--json", "--show-secrets"]);
  const entries = Object.entries(JSON.parse(text) as Record<string, ConfigEntry>)
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, entry]) => [key.slice(prefix.length), entry] as const);
  return parseConfiguration({
    stack: stack.name,
    values: Object.fromEntries(
      entries.map(([key, { value, objectValue }]) => [
        key,
        objectValue === undefined ? (value ?? "") : JSON.stringify(objectValue),
      ]),
    ),
    secrets: entries.filter(([, entry]) => entry.secret).map(([key]) => key),
  });
}

/**
 * The checked settings of a stack.
 * @throws Error with every problem of the configuration
 */
export async function settingsOf(stack: Stack): Promise<Settings> {
  const result = await configurationOf(stack);
  if ("problems" in result) throw new Error(renderProblems(stack.name, result.problems));
  return result.settings;
}
