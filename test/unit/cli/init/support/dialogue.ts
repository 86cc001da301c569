/** `ghrunners init` with a terminal and systems that a test makes. */
import { askAll, type Terminal } from "@ghrunners/cli/init/questions/ask";
import type { Conversation, SeenProxmox } from "@ghrunners/cli/init/questions/conversation";
import type { Prompt, PromptAnswer } from "@ghrunners/cli/init/questions/question";
import type { Systems } from "@ghrunners/cli/init/questions/systems";
import { makeKeyPair } from "@ghrunners/core/ssh/key-pair";

/** What the Proxmox VE of most tests has. */
export const offer: SeenProxmox = {
  nodes: ["pve1"],
  templates: [{ vmId: 9000, name: "debian-12", node: "pve1" }],
  storages: { pve1: ["local-lvm"] },
  bridges: ["vmbr0"],
  vmIds: [9000, 151],
  addresses: ["192.168.0.51"],
  gateways: ["192.168.0.1"],
};

export const { privateKey } = makeKeyPair("ed25519");

/** Systems that accept every answer. */
export const systems: Systems = {
  proxmoxEndpoint: () => Promise.resolve(undefined),
  proxmoxOffer: () => Promise.resolve(offer),
  proxmoxFindings: () => Promise.resolve([]),
  githubRepository: () => Promise.resolve({ defaultBranch: "trunk", writers: ["octocat"] }),
  githubFindings: () => Promise.resolve({ findings: [], notices: [], lacksReviewers: false }),
  registerApps: () => Promise.reject(new Error("no App is to be registered here")),
  hostKey: () => Promise.resolve({ key: "ssh-ed25519 AAAA", fingerprint: "SHA256:abc" }),
  monitoringFindings: () => Promise.resolve({ findings: [], notices: [] }),
  readFile: () => privateKey,
  filePath: (file) => `/keys/${file}`,
};

export const empty: Conversation = {
  stack: "team",
  isNew: true,
  tree: {},
  secrets: {},
  passphraseFile: undefined,
  lacksPassphrase: true,
  seen: {},
};

export const proxmoxToken = "pulumi@pve!ghrunners=11111111-2222-3333-4444-555555555555";

/** What a person types, by the beginning of the question; a proposal is taken where nothing is said. */
type Typed = Readonly<Record<string, readonly PromptAnswer[]>>;

const usual: Typed = {
  "Address of the Proxmox VE API": ["https://pve.example:8006"],
  "API token": [proxmoxToken],
  "Repository that": ["octo-org/demo-app"],
  "How GitHub lets": ["tokens"],
  "Token of an administrator": ["github_pat_1"],
  "Logins of": ["octocat, hubot"],
};

/** What init asked and said, and the configuration at its end. */
export interface InitDialogue {
  readonly asked: readonly Prompt[];
  readonly refused: readonly string[];
  readonly warned: readonly string[];
  readonly told: readonly string[];
  readonly end: Conversation;
}

/**
 * The dialogue of init with a person.
 * @param typed answers in addition to, or in place of, those that every test needs
 * @param changes systems that answer otherwise
 * @param start what is known before the first question
 */
export async function talk(
  typed: Typed,
  changes: Partial<Systems> = {},
  start: Partial<Conversation> = {},
): Promise<InitDialogue> {
  const asked: Prompt[] = [];
  const [refused, warned, told]: [string[], string[], string[]] = [[], [], []];
  const left = new Map(Object.entries({ ...usual, ...typed }).map(([begin, answers]) => [begin, [...answers]]));
  const terminal: Terminal = {
    ask(prompt) {
      asked.push(prompt);
      if (asked.length > 60) throw new Error(`asked without end: ${prompt.message}`);
      const [, answers = []] = [...left].find(([begin]) => prompt.message.startsWith(begin)) ?? [];
      const answer = answers.shift();
      if (answer !== undefined) return Promise.resolve(answer);
      if (prompt.kind === "choice") return Promise.resolve(prompt.initial ?? prompt.choices[0]?.value ?? "");
      if (prompt.kind === "secret") return Promise.resolve("");
      return Promise.resolve(prompt.initial ?? "");
    },
    working: (_, work) => work(),
    refused: (reason) => void refused.push(reason),
    warn: (line) => void warned.push(line),
    tell: (line) => void told.push(line),
  };
  const end = await askAll({ ...empty, ...start }, terminal, { ...systems, ...changes });
  return { asked, refused, warned, told, end };
}

/** The first four words of each question, in the order of the questions. */
export const messages = ({ asked }: InitDialogue): string[] =>
  asked.map(({ message }) => message.split(/[ ,(]/).slice(0, 4).join(" "));
