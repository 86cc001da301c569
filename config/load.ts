/**
 * The configuration of the program: read once, checked completely, typed.
 */
import * as pulumi from "@pulumi/pulumi";
import { parseConfiguration, type Settings } from "./parse";
import { renderProblems } from "./problems";

export type { Settings } from "./parse";

const PROJECT = "ghrunners";

/** Public in Pulumi's JavaScript, left out of its types. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { isConfigSecret(key: string): boolean };

/**
 * The settings of the current stack.
 *
 * @throws pulumi.RunError with all problems of the configuration, each with the command that fixes it.
 */
export function loadSettings(): Settings {
  const prefix = `${PROJECT}:`;
  const all = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  const stack = pulumi.getStack();
  const result = parseConfiguration({
    stack,
    values: Object.fromEntries(all.map(([key, value]) => [key.slice(prefix.length), value])),
    secrets: all.filter(([key]) => runtime.isConfigSecret(key)).map(([key]) => key.slice(prefix.length)),
  });
  if ("problems" in result) throw new pulumi.RunError(renderProblems(stack, result.problems));
  return result.settings;
}
