/** The stack as it is before `ghrunners init` changes anything. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Document, Document as YamlDocument } from "yaml";
import { secretKeys, secretMaps } from "@ghrunners/config/schema";
import type { CredentialSetting } from "@ghrunners/core/vocabulary/github-permissions";
import { explainPulumi } from "../pulumi/explain";
import { currentStack, pulumiProcess, type Stack, stackFile } from "../pulumi/stack";
import { parseStackDocument, settingsIn, type SettingsTree } from "../pulumi/stack-document";
import type { StackSecrets } from "./answers";
import type { ProviderOptions } from "./passphrase";

export interface SeenStack {
  readonly exists: boolean;
  /** Text of its file; undefined if there is none. */
  readonly text: string | undefined;
  /** Plain settings of its file. */
  readonly settings: SettingsTree;
  /** Single secrets, decrypted; none where the stack does not exist. */
  readonly secrets: StackSecrets;
  /** `secretValues`, decrypted. */
  readonly maps: SettingsTree;
  /** Whether the backend keeps the keys of secrets itself (Pulumi Cloud). */
  readonly keepsKeys: boolean;
}

const secretGroups: readonly string[] = [...secretKeys, ...secretMaps];

/** The stack's file as a document; an empty one if there is none. */
export const documentOf = (text: string | undefined, file: string): Document =>
  text === undefined ? new YamlDocument({}) : parseStackDocument(text, file);

interface Entry {
  readonly value?: string;
  readonly objectValue?: unknown;
}

async function pulumiJson<T>(stack: Stack, line: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await pulumiProcess(line, stack);
  if (code !== 0) throw new Error(explainPulumi(line, stderr || stdout, stack.name));
  return JSON.parse(stdout) as T;
}

/** @throws Error in words: no pulumi, no backend, a passphrase that is missing or wrong, a file that is no YAML */
export async function seeStack(stack: Stack): Promise<SeenStack> {
  const file = stackFile(stack);
  const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const all = settingsIn(documentOf(text, file));
  const settings = Object.fromEntries(Object.entries(all).filter(([key]) => !secretGroups.includes(key)));
  const { url = "" } = await pulumiJson<{ url?: string }>(stack, ["whoami", "--json"]);
  const keepsKeys = /^https?:/.test(url);
  const line = ["config", "--json", "--show-secrets", "--non-interactive", "--stack", stack.name];
  const { code, stdout, stderr } = await pulumiProcess(line, stack);
  if (code !== 0 && !/no stack named/.test(stderr)) throw new Error(explainPulumi(line, stderr || stdout, stack.name));
  const entries = code === 0 ? (JSON.parse(stdout) as Record<string, Entry>) : {};
  const decrypted = (keys: readonly string[]): [string, unknown][] =>
    keys.flatMap((key) => {
      const entry = entries[`ghrunners:${key}`];
      return entry === undefined ? [] : [[key, entry.objectValue ?? entry.value] as [string, unknown]];
    });
  return {
    exists: code === 0,
    text,
    settings,
    secrets: Object.fromEntries(decrypted(secretKeys).filter(([, value]) => value !== "")),
    maps: Object.fromEntries(decrypted(secretMaps)),
    keepsKeys,
  };
}

/** The stack as the command has it at a moment. */
export interface StackSoFar {
  /** With the environment in which Pulumi finds the passphrase. */
  readonly stack: Stack;
  readonly seen: SeenStack;
  /** Whether this command made the stack. */
  readonly isMade: boolean;
  /** Credentials of Apps that this command has stored in it. */
  readonly registered: readonly CredentialSetting[];
}

/**
 * @param named by --stack
 * @throws Error in words: no pulumi, no stack selected, a passphrase that is missing or wrong
 */
export async function openStack(named: string | undefined, { passphraseFile }: ProviderOptions): Promise<StackSoFar> {
  const file = passphraseFile === undefined ? undefined : path.resolve(passphraseFile);
  // The file of a stack that an earlier run has made.
  const isThere = file !== undefined && existsSync(file);
  const env = isThere ? { ...process.env, PULUMI_CONFIG_PASSPHRASE_FILE: file } : process.env;
  const stack = await currentStack(named, env);
  return { stack, seen: await seeStack(stack), isMade: false, registered: [] };
}
