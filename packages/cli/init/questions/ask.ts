/** Asks what is missing, in the order in which answers depend on each other, and checks each one as it is given. */
import { documentationOf } from "@ghrunners/config/documentation";
import type { InitFinding } from "../findings";
import { appQuestions } from "./apps";
import { deploymentQuestions, environmentQuestion, repositoryQuestion, tokenQuestion } from "./github";
import { keyQuestion, monitoringQuestion, monitoringQuestions, passphraseQuestion } from "./hosts";
import { proxmoxQuestions } from "./proxmox";
import type { Conversation } from "./conversation";
import {
  type PromptAnswer,
  isAbout,
  known,
  type Prompt,
  type Question,
  type QuestionVerdict,
  withAnswer,
} from "./question";
import { countQuestion, networkQuestions, runnerQuestions } from "./runners";
import { configurationFinding, configurationFindings } from "./stand-ins";
import type { Systems } from "./systems";

/** What a person sees and types on. */
export interface Terminal {
  /** @throws Interrupted after Ctrl-C */
  ask(prompt: Prompt): Promise<PromptAnswer>;
  /** Shows that the work is under way. */
  working<T>(what: string, work: () => Promise<T>): Promise<T>;
  refused(reason: string): void;
  warn(text: string): void;
  tell(text: string): void;
}

/** All questions, in their order. Later ones depend on earlier answers. */
export function questionsOf(conversation: Conversation, systems: Pick<Systems, "readFile" | "filePath">): Question[] {
  const { runners } = conversation.tree;
  const count = Array.isArray(runners) ? runners.length : 0;
  const passphrase = passphraseQuestion((file) => systems.filePath(file));
  // They say which Apps there are to be, and open the stack.
  const beforeApps = [countQuestion, monitoringQuestion, passphrase];
  return [
    ...proxmoxQuestions,
    repositoryQuestion,
    ...appQuestions(conversation, "githubToken", beforeApps),
    tokenQuestion,
    environmentQuestion,
    ...networkQuestions,
    ...Array.from({ length: count }, (_, index) => runnerQuestions(conversation, index)).flat(),
    ...deploymentQuestions,
    keyQuestion((file) => systems.readFile(file)),
    ...monitoringQuestions(conversation, appQuestions(conversation, "exporterToken", beforeApps)),
    passphrase,
  ];
}

/** Whether there is anything to ask. */
export const isIncomplete = (conversation: Conversation, systems: Pick<Systems, "readFile" | "filePath">): boolean =>
  questionsOf(conversation, systems).some((question) => question.isNeeded(conversation));

/** What is wrong with given answers that no question is about. */
export function unaskedFindings(
  conversation: Conversation,
  systems: Pick<Systems, "readFile" | "filePath">,
): InitFinding[] {
  const asked = questionsOf(conversation, systems).map(({ setting }) => setting);
  return configurationFindings(conversation).filter(({ setting }) => !asked.some((each) => isAbout(setting, each)));
}

/** The next step of a reason is a command for the stack's file; here the question itself comes again. */
const withoutCommand = (reason: string): string =>
  reason.replace(/;?\s*Next: (check ghrunners:|pulumi config set )[\s\S]*$/, "");

/** What was typed, as the setting has it. */
const typed = (setting: string, line: string): PromptAnswer =>
  documentationOf(setting).type === "integer" && /^\d{1,15}$/.test(line) ? Number(line) : line;

class Asking {
  private readonly settled = new Set<string>();
  /** Answers that were refused, by setting. */
  private readonly refused = new Map<string, unknown>();
  private readonly told = new Set<string>();

  constructor(
    private now: Conversation,
    private readonly terminal: Terminal,
    private readonly systems: Systems,
  ) {}

  async all(): Promise<Conversation> {
    this.refuseMalformed();
    for (;;) {
      const question = questionsOf(this.now, this.systems).find(({ setting }) => !this.settled.has(setting));
      if (question === undefined) return this.now;
      await this.one(question);
    }
  }

  private async one(question: Question): Promise<void> {
    const { setting, act, check } = question;
    if (question.isNeeded(this.now) || this.refused.has(setting)) {
      await this.answer(question);
      if (this.refused.has(setting)) return;
      if (act !== undefined) this.now = await act(this.now, this.systems);
    }
    const verdict: QuestionVerdict =
      check === undefined ? {} : await this.terminal.working("looking", () => check(this.now, this.systems));
    if (verdict.refused !== undefined) return this.again(verdict.refused, verdict.again ?? [setting]);
    this.now = verdict.learnt ?? this.now;
    this.settled.add(setting);
    for (const text of verdict.warnings ?? []) this.once(text, () => this.terminal.warn(text));
    for (const text of verdict.notices ?? []) this.once(text, () => this.terminal.tell(text));
  }

  private async answer({ setting, prompt, take, untaken }: Question): Promise<void> {
    const asked = prompt(this.now, this.refused.get(setting));
    const raw = await this.terminal.ask(asked);
    const answer = typeof raw === "string" && asked.kind !== "secret" ? typed(setting, raw.trim()) : raw;
    const isEmpty = answer === "" && !(asked.kind === "secret" && asked.mayBeEmpty === true);
    try {
      if (isEmpty) throw new Error("Seen nothing. Expected an answer.");
      this.now = take === undefined ? withAnswer(this.now, setting, answer) : take(this.now, answer);
    } catch (error) {
      return this.again((error as Error).message, untaken ?? [setting]);
    }
    this.refused.delete(setting);
    this.refuseMalformed();
  }

  /** An answer may also contradict another one that was given before. */
  private refuseMalformed(): void {
    for (const { setting } of questionsOf(this.now, this.systems)) {
      const found = known(this.now, setting) === undefined ? undefined : configurationFinding(this.now, setting);
      if (found !== undefined) this.again(`${setting}: ${found.reason}`, [setting]);
    }
  }

  private again(reason: string, settings: readonly string[]): void {
    this.terminal.refused(withoutCommand(reason));
    for (const setting of settings) {
      this.refused.set(setting, known(this.now, setting));
      this.settled.delete(setting);
      if (known(this.now, setting) !== undefined) this.now = withAnswer(this.now, setting, undefined);
    }
  }

  private once(text: string, say: () => void): void {
    if (!this.told.has(text)) say();
    this.told.add(text);
  }
}

/**
 * Asks until everything is answered.
 * @throws Interrupted after Ctrl-C; nothing was changed
 */
export const askAll = (start: Conversation, terminal: Terminal, systems: Systems): Promise<Conversation> =>
  new Asking(start, terminal, systems).all();
