/** `ghrunners init`: from answers to a checked stack. */
import path from "node:path";
import type { Settings } from "@ghrunners/config/parse";
import { print, printJson, WrongUse } from "../command";
import { stackFile } from "../pulumi/stack";
import type { RegistrationPage } from "../setup/register-apps";
import { type InitAnswers, overlay, type SecretKey, type StackSecrets } from "./answers";
import { lackingCredentials } from "./credentials";
import { type InitFinding, refusal } from "./findings";
import { type AnswerOptions, givenAnswers } from "./given";
import {
  makePassphraseFile,
  PASSPHRASE_MISSING,
  type ProviderOptions,
  type SecretsProvider,
  secretsProviderOf,
} from "./passphrase";
import { type Prepared, prepare, readyForApps } from "./prepare";
import type { Conversation } from "./questions/conversation";
import type { Prompt } from "./questions/question";
import { exitCodeOf, type InitReport, nextCommands, renderInit } from "./report";
import { openStack, type SeenStack, type StackSoFar } from "./seen-stack";
import { plannedChanges, writeStack } from "./write-stack";

export interface InitOptions extends AnswerOptions, ProviderOptions, Pick<RegistrationPage, "open"> {
  readonly stack?: string;
  /** Whether to register Apps for the credentials of GitHub that are missing. */
  readonly register?: boolean;
  readonly check?: boolean;
  /** False with --no-input. */
  readonly input?: boolean;
  readonly json?: boolean;
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
export async function conclude(so: StackSoFar, prepared: Prepared, options: InitOptions): Promise<InitReport> {
  const { stack, seen, isMade, registered } = so;
  const file = stackFile(stack);
  const provider = secretsProviderOf(options, seen.keepsKeys, stack.env);
  const findings = [...providerFinding(seen, provider), ...prepared.looked.findings];
  const secrets = changedSecrets(seen, prepared.secrets);
  const wanted = { settings: prepared.tree, secrets, secretsProvider: provider?.provider ?? "passphrase" };
  const planned = plannedChanges(seen, file, wanted);
  const names = Object.keys(secrets);
  const isSame = seen.exists && planned.settings.length === 0 && names.length === 0 && registered.length === 0;
  const base = {
    stack: stack.name,
    file,
    created: isMade,
    settings: planned.settings,
    secrets: [...registered, ...names],
    findings,
    notices: prepared.looked.notices,
    pullRequest: null,
  };
  const report = (part: Pick<InitReport, "result"> & Partial<InitReport>): InitReport => {
    const made = { ...base, ...part };
    const isThere = seen.exists || part.result !== "refused";
    return { ...made, next: nextCommands(made, isThere ? (provider?.variables ?? {}) : {}, options) };
  };
  if (findings.some(({ isRefusal }) => isRefusal))
    return report({ result: options.check ? "checked" : "refused", settings: [], secrets: [...registered] });
  if (options.check) return report({ result: "checked" });
  if (isSame) return report({ result: "unchanged" });
  const undo = makePassphraseFile(provider?.makes);
  try {
    const env = { ...stack.env, ...provider?.variables };
    const { created, settings } = await writeStack({ ...stack, env }, seen, wanted);
    return report({ result: "written", created: created || isMade, settings });
  } catch (error) {
    undo();
    throw error;
  }
}

/** Whether questions may be asked: a person is there, and wants more than to look. */
const mayAsk = ({ input, check, json }: InitOptions): boolean =>
  input !== false && check !== true && json !== true && Boolean(process.stdin.isTTY) && Boolean(process.stdout.isTTY);

/** Everything that was said, and the stack as it is then. */
interface Answered extends StackSoFar {
  readonly given: InitAnswers;
  readonly passphraseFile: string | undefined;
  /** Why no Apps were registered. */
  readonly refused?: Prepared;
}

/** Loaded only where it is needed, with its page. */
const registration = (): typeof import("./registration") =>
  require("./registration") as typeof import("./registration");

/**
 * Asks for what is missing.
 * @returns nothing if the answers must not be written
 * @throws Interrupted after Ctrl-C
 */
async function asked(start: StackSoFar, given: InitAnswers, options: InitOptions): Promise<Answered | undefined> {
  let now = start;
  const { stack, seen } = start;
  // Loaded only where it is needed: a script asks nothing.
  const { askForAll } = require("./questions/run") as typeof import("./questions/run");
  const known: Conversation = {
    stack: path.basename(stack.name),
    // A stack may have been made for the keys of Apps alone.
    isNew: seen.settings.runners === undefined,
    tree: overlay(seen.settings, given.settings),
    secrets: { ...seen.secrets, ...given.secrets },
    passphraseFile: options.passphraseFile,
    lacksPassphrase: !seen.exists && secretsProviderOf(options, seen.keepsKeys, stack.env) === undefined,
    usesApps: options.register,
    seen: {},
  };
  const answers = await askForAll(known, async ({ tree, secrets, passphraseFile }) => {
    const page = { ...options, passphraseFile };
    now = await registration().registerInto(now, tree, lackingCredentials(tree, secrets), page);
    return now.seen.secrets;
  });
  return answers === undefined ? undefined : { ...now, ...answers };
}

/** What a script gave, after Apps were registered if it asks for them. */
async function unasked(start: StackSoFar, given: InitAnswers, options: InitOptions): Promise<Answered> {
  const answered = { ...start, given, passphraseFile: options.passphraseFile };
  if (!options.register) return answered;
  const ready = await readyForApps(start.stack, start.seen, given);
  if ("refused" in ready) return { ...answered, refused: ready.refused };
  if (ready.lacking.length === 0) return answered;
  const tree = overlay(start.seen.settings, given.settings);
  return { ...answered, ...(await registration().registerInto(start, tree, ready.lacking, options)) };
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
  const { terminalOf } = require("./questions/terminal") as typeof import("./questions/terminal");
  // Ctrl-C means no here: the stack is written.
  const terminal = terminalOf(() => "The stack is written.");
  const ask = mayAsk(options) ? (prompt: Prompt) => terminal.ask(prompt).catch(() => false) : undefined;
  const { pullRequest, findings } = await offerWorkflows(settings, token, ask);
  return { ...report, pullRequest, findings: [...report.findings, ...findings] };
}

export async function init(options: InitOptions): Promise<number> {
  if (options.check && options.register)
    throw new WrongUse("Seen --register with --check, which only looks. Expected one of them.");
  const given = givenAnswers(options, process.env);
  const start = await openStack(options.stack, options);
  const answered = mayAsk(options) ? await asked(start, given, options) : await unasked(start, given, options);
  if (answered === undefined) return 1;
  const prepared = answered.refused ?? (await prepare(answered.stack, answered.seen, answered.given));
  const made = await conclude(answered, prepared, { ...options, passphraseFile: answered.passphraseFile });
  const report = await withWorkflows(made, prepared.settings, given.workflowsToken, options);
  if (options.json) printJson<"init">({ version: 1, ...report });
  else print(renderInit(report));
  return exitCodeOf(report);
}
