/** Answers for `ghrunners init`: a YAML file, single settings, and what the stack has already. Pure. */
import path from "node:path";
import { parseDocument } from "yaml";
import { parseConfiguration, type ParseResult } from "@ghrunners/config/parse";
import { secretKeys, secretMaps } from "@ghrunners/config/schema";
import type { SettingsTree } from "../pulumi/stack-document";

export type SecretKey = (typeof secretKeys)[number];
/** Values of single secrets, by setting. */
export type StackSecrets = Readonly<Partial<Record<SecretKey, string>>>;

/** What an answers file says. */
export interface Answers {
  readonly settings: SettingsTree;
  /** Files that hold secrets, by setting. */
  readonly secretFiles: Readonly<Partial<Record<SecretKey, string>>>;
  /** File with a token that may open the pull request with the workflows. No stack keeps it. */
  readonly workflowsTokenFile?: string;
}

/** Answers by which a stack is made. */
export interface InitAnswers {
  readonly settings: SettingsTree;
  readonly secrets: StackSecrets;
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSecretKey = (key: string): key is SecretKey => (secretKeys as readonly string[]).includes(key);

/** An absolute path; `~/` is the home folder, anything else is relative to the answers file. */
function resolveFile(file: string, folder: string, home: string): string {
  return file.startsWith("~/") ? path.join(home, file.slice(2)) : path.resolve(folder, file);
}

/**
 * Reads an answers file: settings as in the stack's file without `ghrunners:`, `secretFiles` with a file for each
 * secret, and `workflowsTokenFile`.
 * @param home home folder, for `~/`
 * @throws Error that names every problem of the file
 */
export function parseAnswers(text: string, file: string, home: string): Answers {
  const document = parseDocument(text);
  const value: unknown = document.toJS() ?? {};
  if (document.errors.length > 0 || !isTree(value)) {
    const seen = document.errors[0]?.message.split("\n")[0] ?? "something else";
    throw new Error(`${file}: seen ${seen}. Expected YAML with a setting or a group on each line.`);
  }
  const { secretFiles = {}, workflowsTokenFile, ...rest } = value;
  const settings = Object.fromEntries(
    Object.entries(rest).map(([key, each]) => [key.replace(/^ghrunners:/, ""), each]),
  );
  const plain = [...secretKeys, ...secretMaps].filter((key) => settings[key] !== undefined);
  const files = isTree(secretFiles) ? secretFiles : {};
  const problems = [
    ...plain.map((key) => `${key}: seen a secret in plain text, expected the name of its file below secretFiles`),
    ...(isTree(secretFiles) ? [] : ["secretFiles: expected the name of a file for each secret"]),
    ...Object.entries(files)
      .filter(([key, name]) => !isSecretKey(key) || typeof name !== "string")
      .map(([key]) => `secretFiles.${key}: expected one of ${secretKeys.join(", ")}, with the name of a file`),
    ...(workflowsTokenFile === undefined || typeof workflowsTokenFile === "string"
      ? []
      : ["workflowsTokenFile: expected the name of a file with a token"]),
  ];
  if (problems.length > 0)
    throw new Error(`${file} cannot be used:\n${problems.map((line) => `  ${line}`).join("\n")}`);
  const folder = path.dirname(file);
  const resolved = Object.entries(files).map(([key, name]) => [key, resolveFile(String(name), folder, home)]);
  return {
    settings,
    secretFiles: Object.fromEntries(resolved) as Answers["secretFiles"],
    ...(typeof workflowsTokenFile === "string"
      ? { workflowsTokenFile: resolveFile(workflowsTokenFile, folder, home) }
      : {}),
  };
}

/** Puts one tree over another: groups are joined, everything else is replaced. */
export function overlay(below: SettingsTree, above: SettingsTree): SettingsTree {
  const joined: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = joined[key];
    joined[key] = isTree(under) && isTree(value) ? overlay(under, value) : value;
  }
  return joined;
}

const partsOf = (setting: string): (string | number)[] =>
  setting
    .split(/[.[\]]+/)
    .filter((part) => part !== "")
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** The value of a setting such as `runners[0].vmId`; undefined if there is none. */
export function valueOf(tree: SettingsTree, setting: string): unknown {
  return partsOf(setting).reduce<unknown>(
    (at, part) => (typeof at === "object" && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    tree,
  );
}

/** The tree with one setting changed. @example withValue(tree, "runners[0].vmId", 151) */
export function withValue(tree: SettingsTree, setting: string, value: unknown): SettingsTree {
  const place = (at: unknown, [part, ...rest]: readonly (string | number)[]): unknown => {
    if (part === undefined) return value;
    if (typeof part === "number") {
      const list = Array.isArray(at) ? [...(at as unknown[])] : [];
      list[part] = place(list[part], rest);
      return list;
    }
    const group = isTree(at) ? at : {};
    return { ...group, [part]: place(group[part], rest) };
  };
  return place(tree, partsOf(setting)) as SettingsTree;
}

/** What a value is that was typed as YAML. @example readValue("[main, v*]") // ["main", "v*"] */
export const readValue = (text: string): unknown => parseDocument(text).toJS() as unknown;

/** One setting of the command line, `PATH=VALUE` with the value as YAML. @throws Error in words */
export function parseSetting(text: string): [setting: string, value: unknown] {
  const [, setting = "", value = ""] = /^([A-Za-z][\w.[\]-]*)=([\s\S]*)$/.exec(text) ?? [];
  if (setting === "") throw new Error(`Seen ${JSON.stringify(text)}. Expected PATH=VALUE, such as proxmox.node=pve1.`);
  const [group = ""] = setting.split(/[.[]/);
  if ([...secretKeys, ...secretMaps].includes(group as SecretKey))
    throw new Error(
      `${group} is a secret, and a command line is no place for it. Expected --secret-file ${group}=FILE.`,
    );
  return [setting, readValue(value)];
}

/** One secret of the command line, `NAME=FILE`. @throws Error in words */
export function parseSecretFile(text: string): [key: SecretKey, file: string] {
  const [key = "", ...rest] = text.split("=");
  if (isSecretKey(key) && rest.join("=") !== "") return [key, rest.join("=")];
  throw new Error(`Seen ${JSON.stringify(text)}. Expected NAME=FILE with a name of: ${secretKeys.join(", ")}.`);
}

/**
 * The settings as the program would read them, or every problem.
 * @param maps values of `secretValues`, which init leaves as they are
 */
export function parseTree(
  stack: string,
  tree: SettingsTree,
  secrets: StackSecrets,
  maps: SettingsTree = {},
): ParseResult {
  const values = { ...tree, ...secrets, ...maps };
  const texts = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, typeof value === "string" ? value : JSON.stringify(value)]],
  );
  return parseConfiguration({
    stack,
    values: Object.fromEntries(texts) as Record<string, string>,
    secrets: [...secretKeys, ...secretMaps],
  });
}
