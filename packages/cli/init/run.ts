/** `ghrunners init`: from answers to a checked stack. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Settings } from "@ghrunners/config/parse";
import { note } from "@ghrunners/core/terminal";
import { print, printJson, WrongUse } from "../command";
import { currentStack, type Stack, stackFile } from "../pulumi/stack";
import type { SettingsTree } from "../pulumi/stack-document";
import {
  type Answers,
  type InitAnswers,
  overlay,
  parseAnswers,
  parseSecretFile,
  parseSetting,
  parseTree,
  type SecretKey,
  type StackSecrets,
  valueOf,
  withValue,
} from "./answers";
import { type InitFinding, fromConfiguration, refusal } from "./findings";
import { type SystemsSeen, inspectEverything, readOffer } from "./inspect";
import {
  makePassphraseFile,
  PASSPHRASE_MISSING,
  type ProviderOptions,
  type SecretsProvider,
  secretsProviderOf,
} from "./passphrase";
import { fillIn } from "./propose";
import type { Prompt } from "./questions/question";
import { exitCodeOf, type InitReport, nextCommands, renderInit } from "./report";
import { type SeenStack, seeStack } from "./seen-stack";
import { readToken } from "../setup/read-token";
import { plannedChanges, writeStack } from "./write-stack";

export interface InitOptions extends ProviderOptions {
  readonly stack?: string;
  readonly from?: string;
  readonly set: readonly string[];
  readonly secretFile: readonly string[];
  readonly workflowsTokenFile?: string;
  readonly check?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
  readonly json?: boolean;
}

const wrongUse = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
};

function readSecret(key: string, file: string): string {
  const text = readFileSync(file, "utf8");
  return key === "sshPrivateKey" ? text : text.trim();
}

/** What the command line and the answers file say, with the token for the pull request. */
type GivenToInit = InitAnswers & { readonly workflowsToken?: string };

/** @throws WrongUse that says what is wrong with the command line or the answers file */
function givenAnswers(options: InitOptions): GivenToInit {
  const none: Answers = { settings: {}, secretFiles: {} };
  return wrongUse(() => {
    const file = options.from;
    const answers = file === undefined ? none : parseAnswers(readFileSync(file, "utf8"), path.resolve(file), homedir());
    const settings = options.set
      .map(parseSetting)
      .reduce((tree, [at, value]) => withValue(tree, at, value), answers.settings);
    const files = { ...answers.secretFiles, ...Object.fromEntries(options.secretFile.map(parseSecretFile)) };
    const secrets = Object.entries(files).map(([key, name]) => [key, readSecret(key, name)]);
    const tokenFile = options.workflowsTokenFile ?? answers.workflowsTokenFile;
    return {
      settings,
      secrets: Object.fromEntries(secrets) as StackSecrets,
      ...(tokenFile === undefined ? {} : { workflowsToken: readToken(tokenFile) }),
    };
  });
}

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

interface Prepared {
  readonly tree: SettingsTree;
  readonly secrets: StackSecrets;
  /** Set where nothing is missing or malformed. */
  readonly settings: Settings | undefined;
  readonly looked: SystemsSeen;
}

const runnerNames = (tree: SettingsTree): string[] =>
  ((tree.runners ?? []) as { name?: string }[]).flatMap(({ name }) => name ?? []);

/** Joins what the stack has with what was given, and checks it against the real systems. */
export async function prepare(stack: Stack, seen: SeenStack, given: InitAnswers): Promise<Prepared> {
  const secrets = { ...seen.secrets, ...given.secrets };
  const { tree, findings } = await filledIn(overlay(seen.settings, given.settings), secrets.proxmoxToken);
  const parsed = parseTree(path.basename(stack.name), tree, secrets, seen.maps);
  if ("problems" in parsed)
    return {
      tree,
      secrets,
      settings: undefined,
      looked: { findings: [...findings, ...parsed.problems.map(fromConfiguration)], notices: [] },
    };
  note("looking at Proxmox VE and GitHub");
  const known = seen.exists ? runnerNames(seen.settings) : [];
  return {
    tree,
    secrets,
    settings: parsed.settings,
    looked: await inspectEverything(parsed.settings, stack.name, known),
  };
}

/** Secrets that the stack has not, or has otherwise. Pulumi takes line ends off what it reads. */
const changedSecrets = (seen: SeenStack, secrets: StackSecrets): StackSecrets =>
  Object.fromEntries(
    Object.entries(secrets).filter(([key, value]) => seen.secrets[key as SecretKey]?.trimEnd() !== value.trimEnd()),
  );

function providerFinding(seen: SeenStack, provider: SecretsProvider | undefined): InitFinding[] {
  return seen.exists || provider !== undefined ? [] : [refusal("", PASSPHRASE_MISSING)];
}

/** Writes what was prepared, unless something refuses it or the command only checks. */
export async function conclude(
  stack: Stack,
  seen: SeenStack,
  prepared: Prepared,
  options: InitOptions,
): Promise<InitReport> {
  const file = stackFile(stack);
  const provider = secretsProviderOf(options, seen.keepsKeys, stack.env);
  const findings = [...providerFinding(seen, provider), ...prepared.looked.findings];
  const secrets = changedSecrets(seen, prepared.secrets);
  const wanted = { settings: prepared.tree, secrets, secretsProvider: provider?.provider ?? "passphrase" };
  const planned = plannedChanges(seen, file, wanted);
  const names = Object.keys(secrets);
  const isSame = seen.exists && planned.settings.length === 0 && names.length === 0;
  const base = {
    stack: stack.name,
    file,
    created: false,
    settings: planned.settings,
    secrets: names,
    findings,
    notices: prepared.looked.notices,
    pullRequest: null,
  };
  const variables = seen.exists ? {} : (provider?.variables ?? {});
  const report = (part: Pick<InitReport, "result"> & Partial<InitReport>): InitReport => {
    const made = { ...base, ...part };
    return { ...made, next: nextCommands(made, variables) };
  };
  if (findings.some(({ isRefusal }) => isRefusal))
    return report({ result: options.check ? "checked" : "refused", settings: [], secrets: [] });
  if (options.check) return report({ result: "checked" });
  if (isSame) return report({ result: "unchanged" });
  const undo = makePassphraseFile(provider?.makes);
  try {
    const env = { ...stack.env, ...provider?.variables };
    return report({ result: "written", ...(await writeStack({ ...stack, env }, seen, wanted)) });
  } catch (error) {
    undo();
    throw error;
  }
}

/** Whether questions may be asked: a person is there, and wants more than to look. */
const mayAsk = ({ input, check, json }: InitOptions): boolean =>
  input !== false && check !== true && json !== true && Boolean(process.stdin.isTTY) && Boolean(process.stdout.isTTY);

/**
 * Asks for what is missing.
 * @returns nothing if the answers must not be written
 * @throws Interrupted after Ctrl-C
 */
function asked(
  stack: Stack,
  seen: SeenStack,
  given: InitAnswers,
  options: InitOptions,
): Promise<{ readonly given: InitAnswers; readonly passphraseFile: string | undefined } | undefined> {
  // Loaded only where it is needed: a script asks nothing.
  const { askForAll } = require("./questions/run") as typeof import("./questions/run");
  return askForAll({
    stack: path.basename(stack.name),
    isNew: !seen.exists,
    tree: overlay(seen.settings, given.settings),
    secrets: { ...seen.secrets, ...given.secrets },
    passphraseFile: options.passphraseFile,
    lacksPassphrase: !seen.exists && secretsProviderOf(options, seen.keepsKeys, stack.env) === undefined,
    seen: {},
  });
}

/** The report with what came of the pull request with the workflows, once the stack is as it should be. */
async function withWorkflows(
  report: InitReport,
  settings: Settings | undefined,
  token: string | undefined,
  options: InitOptions,
): Promise<InitReport> {
  const isDone = report.result === "written" || report.result === "unchanged";
  if (!isDone || settings === undefined || (token === undefined && !mayAsk(options))) return report;
  const { offerWorkflows } = require("./offer-workflows") as typeof import("./offer-workflows");
  const { terminal } = require("./questions/terminal") as typeof import("./questions/terminal");
  // Ctrl-C means no here: the stack is written.
  const ask = mayAsk(options) ? (prompt: Prompt) => terminal.ask(prompt).catch(() => false) : undefined;
  const { pullRequest, findings } = await offerWorkflows(settings, token, ask);
  return { ...report, pullRequest, findings: [...report.findings, ...findings] };
}

export async function init(options: InitOptions): Promise<number> {
  const given = givenAnswers(options);
  const stack = await currentStack(options.stack);
  const seen = await seeStack(stack);
  const answers = mayAsk(options)
    ? await asked(stack, seen, given, options)
    : { given, passphraseFile: options.passphraseFile };
  if (answers === undefined) return 1;
  const { passphraseFile } = answers;
  const prepared = await prepare(stack, seen, answers.given);
  const made = await conclude(stack, seen, prepared, { ...options, passphraseFile });
  const report = await withWorkflows(made, prepared.settings, given.workflowsToken, options);
  if (options.json) printJson<"init">({ version: 1, ...report });
  else print(renderInit(report));
  return exitCodeOf(report);
}
