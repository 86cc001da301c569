/** Answers for `ghrunners init` in environment variables, for pipelines that keep their settings there. Pure. */
import { type Documentation, documentation, isSecret } from "@ghrunners/config/documentation";
import { type Answers, readValue, type SecretKey, withValue } from "./answers";
import { secretKeys } from "@ghrunners/config/schema";

/** With what the name of each such variable begins. */
export const PREFIX = "GHRUNNERS_INIT_";
const WORKFLOWS_TOKEN_FILE = `${PREFIX}WORKFLOWS_TOKEN_FILE`;

/** @example screaming("memoryMiB") // "MEMORY_MIB" */
const screaming = (key: string): string => key.replace(/[A-Z](?=[a-z])/g, "_$&").toUpperCase();

/**
 * The variable that answers a setting.
 * @example variableOf("runners[0].vmId") // "GHRUNNERS_INIT_RUNNERS_0_VM_ID"
 */
export const variableOf = (setting: string): string =>
  PREFIX +
  setting
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map(screaming)
    .join("_");

const fileVariable = (secret: SecretKey): string => `${variableOf(secret)}_FILE`;

/** The setting that the rest of a name means, below a node of the schema; a group or a list counts as one too. */
function settingBelow(node: Documentation, rest: string, path: string): string | undefined {
  if (rest === "") return path;
  const [, index, behind = ""] = /^(\d+)(?:_(.+))?$/.exec(rest) ?? [];
  if (index !== undefined && node.items !== undefined) return settingBelow(node.items, behind, `${path}[${index}]`);
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const name = screaming(key);
    if (rest !== name && !rest.startsWith(`${name}_`)) continue;
    const found = settingBelow(child, rest.slice(name.length + 1), path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A problem in words, or what the answers become by one variable. */
function answeredBy(answers: Answers, name: string, value: string): Answers | string {
  const secret = secretKeys.find((key) => name === fileVariable(key));
  if (secret !== undefined) return { ...answers, secretFiles: { ...answers.secretFiles, [secret]: value } };
  if (name === WORKFLOWS_TOKEN_FILE) return { ...answers, workflowsTokenFile: value };
  const setting = settingBelow(documentation, name.slice(PREFIX.length), "");
  if (setting === undefined)
    return `${name}: no setting has this name. Expected one such as ${variableOf("proxmox.node")} or ${variableOf("runners[0].vmId")}`;
  if (!isSecret(setting)) return { ...answers, settings: withValue(answers.settings, setting, readValue(value)) };
  const key = secretKeys.find((each) => each === setting);
  return key === undefined
    ? `${name}: seen a secret in the environment. Expected pulumi config set --secret, once the stack is made`
    : `${name}: seen a secret in the environment. Expected the name of its file in ${fileVariable(key)}`;
}

/**
 * The answers that the environment gives: `GHRUNNERS_INIT_` and the setting in capitals, with the value as YAML, such
 * as `GHRUNNERS_INIT_PROXMOX_NODE=pve1` or `GHRUNNERS_INIT_DEPLOYMENT_REVIEWERS='[octocat]'`; for a secret the name of
 * its file, such as `GHRUNNERS_INIT_GITHUB_TOKEN_FILE`. An empty variable says nothing.
 * @throws Error that names every problem, never a value
 */
export function environmentAnswers(env: NodeJS.ProcessEnv): Answers {
  const problems: string[] = [];
  let answers: Answers = { settings: {}, secretFiles: {} };
  // Sorted, so that a group given as a whole comes before one of its settings.
  for (const [name, value = ""] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(PREFIX) || value === "") continue;
    const after = answeredBy(answers, name, value);
    if (typeof after === "string") problems.push(after);
    else answers = after;
  }
  if (problems.length > 0)
    throw new Error(`The environment cannot be used:\n${problems.map((line) => `  ${line}`).join("\n")}`);
  return answers;
}
