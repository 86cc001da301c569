import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { parseConfiguration, type Settings } from "@ghrunners/config/parse";
import { renderProblems } from "@ghrunners/config/problems";
import { secretKeys } from "@ghrunners/config/schema";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import type { LabSecrets } from "../secrets";
import { type LabSession, stackOfSession } from "../pulumi/session";

const PREFIX = "ghrunners:";

/**
 * The settings that the program sees in this lab, read from the stack's own file, so that the peer gets the same ones.
 * Secrets come from the lab itself: the file holds them encrypted.
 */
export function settingsOf(session: LabSession): Settings {
  return settingsIn(stackFile(stackOfSession(session)), session.stack, session.lab.secrets);
}

/** The settings of a stack file, with these secrets. @throws Error with every problem of the file */
export function settingsIn(file: string, stack: string, given: LabSecrets): Settings {
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(config).filter(([key]) => key.startsWith(PREFIX));
  const plain = own.map(([key, value]): [string, string] => [
    key.slice(PREFIX.length),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const secrets = Object.fromEntries(secretKeys.map((key) => [key, given[key]]));
  const result = parseConfiguration({
    stack,
    values: { ...Object.fromEntries(plain), ...secrets },
    secrets: [...secretKeys],
  });
  if ("problems" in result) throw new Error(renderProblems(stack, result.problems));
  return result.settings;
}
