/** Questions about Proxmox VE: address, token, node, template, storage, bridge. Pure. */
import { defaults } from "@ghrunners/components/runner/defaults";
import { fillIn } from "../propose";
import type { InitFinding } from "../findings";
import type { Conversation } from "./conversation";
import {
  knownText,
  lacks,
  type Prompt,
  type PromptOption,
  type Question,
  type QuestionVerdict,
  refusalOf,
} from "./question";
import { inputsSoFar } from "./stand-ins";
import type { Systems } from "./systems";

const findings = (conversation: Conversation, systems: Systems): Promise<InitFinding[]> =>
  systems.proxmoxFindings(conversation, inputsSoFar(conversation));

const judgedFor =
  (setting: string) =>
  async (conversation: Conversation, systems: Systems): Promise<QuestionVerdict> =>
    lacks(setting)(conversation) ? {} : refusalOf(await findings(conversation, systems), setting);

/** A list to choose from; a line to type on where nothing was seen. */
export function choiceOf(message: string, choices: readonly PromptOption[], initial?: PromptOption["value"]): Prompt {
  if (choices.length === 0) return { kind: "text", message: `${message} (the token sees none)` };
  return { kind: "choice", message, choices, ...(initial === undefined ? {} : { initial }) };
}

const named = (names: readonly string[]): PromptOption[] => names.map((name) => ({ value: name, label: name }));

const nodeOf = (conversation: Conversation): string => knownText(conversation, "proxmox.node");

/** Templates on a node, to choose from. */
export const templatesOn = ({ seen }: Conversation, node: string): PromptOption[] =>
  (seen.proxmox?.templates ?? [])
    .filter((each) => each.node === node)
    .map(({ vmId, name }) => ({ value: vmId, label: `${vmId} ${name}` }));

/** Fills in values that have only one possibility, and says so. */
function withTheOnlyOnes(conversation: Conversation): QuestionVerdict {
  const { proxmox } = conversation.seen;
  if (proxmox === undefined) return {};
  const learnt = { ...conversation, tree: fillIn(conversation.tree, proxmox) };
  const filled = ["proxmox.node", "proxmox.templateId", "proxmox.storage", "proxmox.bridge"].filter(
    (setting) => lacks(setting)(conversation) && !lacks(setting)(learnt),
  );
  return {
    learnt,
    notices: filled.map((setting) => `${setting} is ${knownText(learnt, setting)}, the only one that fits`),
  };
}

const storagesOf = (conversation: Conversation): readonly string[] =>
  conversation.seen.proxmox?.storages[nodeOf(conversation)] ?? [];
const bridgesOf = ({ seen }: Conversation): readonly string[] => seen.proxmox?.bridges ?? [];

/** Where several fit, the default is only a proposal. */
const preferred = (usual: string, names: readonly string[]): string | undefined =>
  names.includes(usual) ? usual : names[0];

export const nodes = ({ seen }: Conversation): PromptOption[] => named(seen.proxmox?.nodes ?? []);

export const proxmoxQuestions: readonly Question[] = [
  {
    setting: "proxmox.endpoint",
    isNeeded: lacks("proxmox.endpoint"),
    prompt: (_, refused) => ({
      kind: "text",
      message: "Address of the Proxmox VE API",
      initial: typeof refused === "string" ? refused : "https://",
    }),
    check: async (conversation, systems) => {
      const refused = await systems.proxmoxEndpoint(knownText(conversation, "proxmox.endpoint"));
      return refused === undefined ? {} : { refused };
    },
  },
  {
    setting: "proxmoxToken",
    isNeeded: lacks("proxmoxToken"),
    prompt: () => ({
      kind: "secret",
      message: "API token of Proxmox VE, USER@REALM!TOKENID=UUID (ghrunners setup proxmox makes one)",
    }),
    check: async (conversation, systems) => {
      try {
        const proxmox = await systems.proxmoxOffer(
          knownText(conversation, "proxmox.endpoint"),
          knownText(conversation, "proxmoxToken"),
        );
        return withTheOnlyOnes({ ...conversation, seen: { ...conversation.seen, proxmox } });
      } catch (error) {
        return { refused: (error as Error).message };
      }
    },
  },
  {
    setting: "proxmox.node",
    isNeeded: lacks("proxmox.node"),
    prompt: (conversation) => choiceOf("Node of the runners", nodes(conversation)),
    check: async (conversation, systems) => {
      const verdict = await judgedFor("proxmox.node")(conversation, systems);
      return verdict.refused === undefined ? withTheOnlyOnes(conversation) : verdict;
    },
  },
  {
    setting: "proxmox.templateId",
    isNeeded: (conversation) => lacks("proxmox.templateId")(conversation) && lacks("proxmox.image")(conversation),
    prompt: (conversation) =>
      choiceOf(
        `Template on ${nodeOf(conversation)} that the runners are cloned from`,
        templatesOn(conversation, nodeOf(conversation)),
      ),
    check: judgedFor("proxmox.templateId"),
  },
  {
    setting: "proxmox.storage",
    isNeeded: (conversation) =>
      conversation.isNew && lacks("proxmox.storage")(conversation) && storagesOf(conversation).length > 1,
    prompt: (conversation) => {
      const seen = storagesOf(conversation);
      return choiceOf("Storage for the runners' disks", named(seen), preferred(defaults.proxmox.storage, seen));
    },
    check: async (conversation, systems) => refusalOf(await findings(conversation, systems), "proxmox.storage"),
  },
  {
    setting: "proxmox.bridge",
    isNeeded: (conversation) =>
      conversation.isNew && lacks("proxmox.bridge")(conversation) && bridgesOf(conversation).length > 1,
    prompt: (conversation) => {
      const seen = bridgesOf(conversation);
      return choiceOf("Bridge of the runners' network cards", named(seen), preferred(defaults.proxmox.bridge, seen));
    },
  },
];
