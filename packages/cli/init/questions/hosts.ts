/** Questions about logging in to hosts: the key, the monitoring host, and the passphrase of the stack. Pure. */
import type { Conversation } from "./conversation";
import { known, knownText, lacks, type Question, type QuestionVerdict, withAnswer } from "./question";
import type { Systems } from "./systems";

/** The usual place of the key; the documents name it. */
const KEY_FILE = "~/.ssh/ghrunners";

const messageOf = (error: unknown): string => (error as Error).message;

/** @param read reads a file of this machine */
export const keyQuestion = (read: Systems["readFile"]): Question => ({
  setting: "sshPrivateKey",
  isNeeded: lacks("sshPrivateKey"),
  prompt: () => ({
    kind: "text",
    message: `File with the SSH private key for the hosts (ssh-keygen -t ed25519 -N '' -f ${KEY_FILE} makes one)`,
    initial: KEY_FILE,
  }),
  take: (conversation, answer) => withAnswer(conversation, "sshPrivateKey", read(String(answer))),
});

const hasMonitoring = ({ tree }: Conversation): boolean => tree.monitoring !== undefined;

async function tokenReads(conversation: Conversation, setting: string, systems: Systems): Promise<QuestionVerdict> {
  const token = knownText(conversation, setting);
  if (token === "") return {};
  try {
    await systems.githubRepository(conversation, token);
    return {};
  } catch (error) {
    return { refused: messageOf(error) };
  }
}

/** Whether there is a monitoring host. */
export const monitoringQuestion: Question = {
  setting: "monitoring",
  isNeeded: (conversation) => conversation.isNew && !hasMonitoring(conversation),
  prompt: () => ({
    kind: "yes-no",
    message: "Is there a machine for monitoring (Debian; ghrunners setup monitoring prepares an empty one)?",
    initial: false,
  }),
  take: (conversation, answer) => (answer === true ? withAnswer(conversation, "monitoring", {}) : conversation),
};

const hostOfMonitoring: readonly Question[] = [
  {
    setting: "monitoring.host",
    isNeeded: lacks("monitoring.host"),
    prompt: (_, refused) => ({
      kind: "text",
      message: "IPv4 address of the monitoring host",
      ...(typeof refused === "string" ? { initial: refused } : {}),
    }),
    check: async (conversation, systems) => {
      if (!lacks("monitoring.hostKey")(conversation)) return {};
      try {
        const hostKey = await systems.hostKey(knownText(conversation, "monitoring.host"));
        return { learnt: { ...conversation, seen: { ...conversation.seen, hostKey } } };
      } catch (error) {
        return { refused: messageOf(error) };
      }
    },
  },
  {
    setting: "monitoring.hostKey",
    isNeeded: lacks("monitoring.hostKey"),
    untaken: ["monitoring.host", "monitoring.hostKey"],
    prompt: ({ seen }) => ({
      kind: "yes-no",
      message: `Its host key is ${seen.hostKey?.fingerprint}. Is it one of those that this prints there: for k in /etc/ssh/ssh_host_*.pub; do ssh-keygen -lf $k; done`,
      initial: true,
    }),
    take: (conversation, answer) => {
      if (answer === true) return withAnswer(conversation, "monitoring.hostKey", conversation.seen.hostKey?.key);
      throw new Error("Then another machine answers at that address. Expected the monitoring host.");
    },
  },
  {
    setting: "monitoring.user",
    isNeeded: lacks("monitoring.user"),
    prompt: (_, refused) => ({
      kind: "text",
      message: "User of the monitoring host with password-less sudo, whom the SSH key lets in",
      ...(typeof refused === "string" ? { initial: refused } : {}),
    }),
    check: async (conversation, systems) => {
      try {
        const { findings, notices } = await systems.monitoringFindings(conversation);
        return { warnings: findings.map(({ reason }) => reason), notices };
      } catch (error) {
        return { refused: messageOf(error) };
      }
    },
  },
];

const tokensOfMonitoring: readonly Question[] = [
  {
    setting: "exporterToken",
    isNeeded: (conversation) =>
      lacks("exporterToken")(conversation) && known(conversation, "monitoring.fleetExporter") !== false,
    prompt: () => ({ kind: "secret", message: "Read-only token of the exporters, or an App's credential" }),
    check: (conversation, systems) => tokenReads(conversation, "exporterToken", systems),
  },
  {
    setting: "failoverToken",
    // With Apps it was registered, or the stack has no use for it.
    isNeeded: (conversation) =>
      conversation.isNew && conversation.usesApps !== true && lacks("failoverToken")(conversation),
    prompt: () => ({
      kind: "secret",
      message: "Token of the failover switch, or an App's credential; Enter for none",
      mayBeEmpty: true,
    }),
    take: (conversation, answer) => (answer === "" ? conversation : withAnswer(conversation, "failoverToken", answer)),
    check: (conversation, systems) => tokenReads(conversation, "failoverToken", systems),
  },
];

/** @param apps questions about Apps in place of the tokens */
export const monitoringQuestions = (conversation: Conversation, apps: readonly Question[]): Question[] =>
  hasMonitoring(conversation)
    ? [monitoringQuestion, ...hostOfMonitoring, ...apps, ...tokensOfMonitoring]
    : [monitoringQuestion];

/** @param absolute makes a path absolute */
export const passphraseQuestion = (absolute: Systems["filePath"]): Question => ({
  setting: "passphrase file",
  isNeeded: ({ lacksPassphrase, passphraseFile }) => lacksPassphrase && passphraseFile === undefined,
  prompt: ({ stack }) => ({
    kind: "text",
    message: "File with the passphrase of the stack's secrets; it is made if it is not there",
    initial: `~/.config/ghrunners/${stack}.passphrase`,
  }),
  take: (conversation, answer) => ({ ...conversation, passphraseFile: absolute(String(answer)) }),
});
