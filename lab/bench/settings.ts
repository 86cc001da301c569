import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { parseConfiguration, type Settings } from "@ghrunners/config/parse";
import { renderProblems } from "@ghrunners/config/problems";
import { secretKeys } from "@ghrunners/config/schema";
import type { Lab } from "../lifecycle";

const PREFIX = "ghrunners:";

/**
 * The settings that the program sees in this lab, read from the stack's own file, so that the peer gets the same ones.
 * Secrets come from the lab itself: the file holds them encrypted.
 */
export function settingsOf(lab: Lab): Settings {
  const file = path.join(lab.instance.config, "Pulumi.lab.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const own = Object.entries(config).filter(([key]) => key.startsWith(PREFIX));
  const plain = own.map(([key, value]): [string, string] => [
    key.slice(PREFIX.length),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const secrets = Object.fromEntries(secretKeys.map((key) => [key, lab.secrets[key]]));
  const result = parseConfiguration({
    stack: "lab",
    values: { ...Object.fromEntries(plain), ...secrets },
    secrets: [...secretKeys],
  });
  if ("problems" in result) throw new Error(renderProblems("lab", result.problems));
  return result.settings;
}
