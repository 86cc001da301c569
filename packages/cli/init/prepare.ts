/** Joins what a stack has with what was given, and checks it. */
import path from "node:path";
import type { Settings } from "@ghrunners/config/parse";
import { note } from "@ghrunners/core/terminal";
import type { Stack } from "../pulumi/stack";
import type { SettingsTree } from "../pulumi/stack-document";
import { type InitAnswers, overlay, parseTree, type StackSecrets, valueOf } from "./answers";
import { lackingCredentials } from "./credentials";
import { fromConfiguration, type InitFinding, refusal } from "./findings";
import { inspectEverything, readOffer, type SystemsSeen } from "./inspect";
import { fillIn } from "./propose";
import type { SeenStack } from "./seen-stack";

/** The answers, completed by values that have only one possibility; a finding where Proxmox VE cannot be asked. */
async function filledIn(
  tree: SettingsTree,
  token: string | undefined,
): Promise<{ tree: SettingsTree; findings: InitFinding[] }> {
  const endpoint = valueOf(tree, "proxmox.endpoint");
  if (typeof endpoint !== "string" || !/^https:\/\/[^/\s]+\/?$/.test(endpoint) || token === undefined)
    return { tree, findings: [] };
  try {
    return { tree: fillIn(tree, await readOffer(endpoint, token)), findings: [] };
  } catch (error) {
    return { tree, findings: [refusal("proxmox", (error as Error).message)] };
  }
}

/** The answers with what was found. */
export interface Prepared {
  readonly tree: SettingsTree;
  readonly secrets: StackSecrets;
  /** Set where nothing is missing or malformed. */
  readonly settings: Settings | undefined;
  readonly looked: SystemsSeen;
}

const runnerNames = (tree: SettingsTree): string[] =>
  ((tree.runners ?? []) as { name?: string }[]).flatMap(({ name }) => name ?? []);

/** What is wrong with the answers by themselves. */
interface Joined extends Omit<Prepared, "looked"> {
  readonly findings: readonly InitFinding[];
}

/** @param assumed credentials that are to come, and stand here for themselves */
async function joined(stack: Stack, seen: SeenStack, given: InitAnswers, assumed: StackSecrets): Promise<Joined> {
  const secrets = { ...seen.secrets, ...given.secrets };
  const { tree, findings } = await filledIn(overlay(seen.settings, given.settings), secrets.proxmoxToken);
  const parsed = parseTree(path.basename(stack.name), tree, { ...assumed, ...secrets }, seen.maps);
  const settings = "problems" in parsed ? undefined : parsed.settings;
  const problems = "problems" in parsed ? parsed.problems.map(fromConfiguration) : [];
  return { tree, secrets, settings, findings: [...findings, ...problems] };
}

/** Joins what the stack has with what was given, and checks it against the real systems. */
export async function prepare(stack: Stack, seen: SeenStack, given: InitAnswers): Promise<Prepared> {
  const { findings, ...answers } = await joined(stack, seen, given, {});
  if (answers.settings === undefined) return { ...answers, looked: { findings, notices: [] } };
  note("looking at Proxmox VE and GitHub");
  const known = seen.exists ? runnerNames(seen.settings) : [];
  return { ...answers, looked: await inspectEverything(answers.settings, stack.name, known) };
}

/**
 * Whether everything but GitHub's credentials is answered, so that Apps can be registered.
 * @returns the lacking credentials, or what else is wrong
 */
export async function readyForApps(
  stack: Stack,
  seen: SeenStack,
  given: InitAnswers,
): Promise<{ readonly lacking: ReturnType<typeof lackingCredentials> } | { readonly refused: Prepared }> {
  const tree = overlay(seen.settings, given.settings);
  const lacking = lackingCredentials(tree, { ...seen.secrets, ...given.secrets });
  const standIns = Object.fromEntries(lacking.map((setting) => [setting, "stand-in-token"]));
  const { findings, ...answers } = await joined(stack, seen, given, standIns);
  if (findings.length === 0) return { lacking };
  return { refused: { ...answers, settings: undefined, looked: { findings, notices: [] } } };
}
