/** What a question of `ghrunners init` is. Pure. */
import type { SettingsTree } from "../../pulumi/stack-document";
import { type SecretKey, type StackSecrets, valueOf, withValue } from "../answers";
import type { InitFinding } from "../findings";
import type { Conversation } from "./conversation";
import type { Systems } from "./systems";

export interface PromptOption {
  readonly value: string | number;
  readonly label: string;
}

/** How an answer is asked for. */
export type Prompt =
  | { readonly kind: "text"; readonly message: string; readonly initial?: string }
  | { readonly kind: "secret"; readonly message: string; readonly mayBeEmpty?: boolean }
  | {
      readonly kind: "choice";
      readonly message: string;
      readonly choices: readonly PromptOption[];
      readonly initial?: PromptOption["value"];
    }
  | { readonly kind: "yes-no"; readonly message: string; readonly initial: boolean };

export type PromptAnswer = string | number | boolean;

/** What a check says about the answers so far. */
export interface QuestionVerdict {
  /** What is wrong with the answer; it is asked again. */
  readonly refused?: string;
  /** Settings that are asked again with it; default: the question's own. */
  readonly again?: readonly string[];
  /** What has to be prepared elsewhere. */
  readonly warnings?: readonly string[];
  /** What was seen and is good to know. */
  readonly notices?: readonly string[];
  /** The conversation with what the check has learnt. */
  readonly learnt?: Conversation;
}

export interface Question {
  /** The setting that it is about, or a name of its own. */
  readonly setting: string;
  /** Whether it must be asked where nothing was said. */
  readonly isNeeded: (known: Conversation) => boolean;
  /** @param refused the answer that was refused just now */
  readonly prompt: (known: Conversation, refused: unknown) => Prompt;
  /**
   * The conversation with the answer. Default: the setting, or the secret, has it.
   * @throws Error in words if the answer cannot be taken
   */
  readonly take?: (known: Conversation, answer: PromptAnswer) => Conversation;
  /** Settings that are asked again where the answer cannot be taken. Default: this one. */
  readonly untaken?: readonly string[];
  /** Does what was agreed to, before the check. @throws Error in words, which ends the questions */
  readonly act?: (known: Conversation, systems: Systems) => Promise<Conversation>;
  /** Looks at the real system. Runs for a value that was given before too. */
  readonly check?: (known: Conversation, systems: Systems) => Promise<QuestionVerdict>;
}

const secrets: readonly string[] = [
  "proxmoxToken",
  "githubToken",
  "exporterToken",
  "failoverToken",
  "sshPrivateKey",
] satisfies SecretKey[];

/** The value of a setting or secret. */
export const known = ({ tree, secrets: held }: Conversation, setting: string): unknown =>
  secrets.includes(setting) ? held[setting as SecretKey] : valueOf(tree, setting);

/** Whether a setting or secret has no value. */
export const lacks =
  (setting: string) =>
  (conversation: Conversation): boolean =>
    known(conversation, setting) === undefined;

/** The same as text; empty if there is none. */
export const knownText = (conversation: Conversation, setting: string): string => {
  const value = known(conversation, setting);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};

/** Environment of the stack: its own name where no other one was answered. */
export const environmentOf = (conversation: Conversation): string =>
  knownText(conversation, "environment") || conversation.stack;

/** The conversation with a setting or secret changed; undefined takes it away. */
export function withAnswer(conversation: Conversation, setting: string, value: unknown): Conversation {
  if (secrets.includes(setting)) {
    const others = Object.entries(conversation.secrets).filter(([key]) => key !== setting);
    const all = value === undefined ? others : [...others, [setting, value]];
    return { ...conversation, secrets: Object.fromEntries(all) as StackSecrets };
  }
  const tree = withValue(conversation.tree, setting, value);
  // The way through JSON leaves out what is undefined.
  return { ...conversation, tree: value === undefined ? (JSON.parse(JSON.stringify(tree)) as SettingsTree) : tree };
}

/** Whether a problem at `at` is about the setting's own value; each entry of a group has a question of its own. */
export const isAbout = (at: string, setting: string): boolean =>
  at.startsWith(setting) && /^(\[\d+\])?$/.test(at.slice(setting.length));

/** The first finding that is about the setting and makes its answer wrong. */
export const refusalOf = (findings: readonly InitFinding[], setting: string): QuestionVerdict => {
  const found = findings.find(({ setting: at, isRefusal }) => isRefusal && isAbout(at, setting));
  return found === undefined ? {} : { refused: found.reason };
};
