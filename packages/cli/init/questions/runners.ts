/** Questions about the network and the runners in it. Pure. */
import { defaults } from "@ghrunners/components/runner/defaults";
import { formatAddress, isHostAddress, parseAddress, type Subnet, subnetOf } from "@ghrunners/core/vocabulary/ipv4";
import { choiceOf, nodes, templatesOn } from "./proxmox";
import type { Conversation } from "./conversation";
import { knownText, lacks, type Question, refusalOf, withAnswer } from "./question";
import { inputsSoFar } from "./stand-ins";

/** Numbers and addresses that are proposed begin here; lower ones are often used by hand. */
const FIRST_VMID = 151;
const FIRST_HOST = 51;

type PartialRunner = Readonly<Record<string, unknown>>;
const runnersOf = ({ tree }: Conversation): readonly PartialRunner[] =>
  Array.isArray(tree.runners) ? (tree.runners as PartialRunner[]) : [];

function subnetOfGateway(conversation: Conversation): Subnet | undefined {
  const gateway = parseAddress(knownText(conversation, "network.gateway"));
  const length = Number(knownText(conversation, "network.prefixLength") || defaults.network.prefixLength);
  return gateway === undefined ? undefined : subnetOf(gateway, length);
}

/** `192.168.0.0/24` of the gateway's subnet. */
function subnetText(conversation: Conversation): string {
  const subnet = subnetOfGateway(conversation);
  if (subnet === undefined) return "";
  return `${formatAddress(subnet.network)}/${knownText(conversation, "network.prefixLength") || defaults.network.prefixLength}`;
}

/**
 * The lowest VMID that no guest and no other runner has, as far as the token sees.
 * @param above a number that was refused
 */
export function freeVmId(conversation: Conversation, above = FIRST_VMID - 1): number {
  const taken = new Set<unknown>([
    ...(conversation.seen.proxmox?.vmIds ?? []),
    ...runnersOf(conversation).map(({ vmId }) => vmId),
  ]);
  let vmId = above + 1;
  while (taken.has(vmId)) vmId += 1;
  return vmId;
}

/** The lowest address that no guest and no other runner has, as far as the token sees; undefined in a full subnet. */
export function freeAddress(conversation: Conversation, above?: string): string | undefined {
  const subnet = subnetOfGateway(conversation);
  if (subnet === undefined) return undefined;
  const taken = new Set<unknown>([
    knownText(conversation, "network.gateway"),
    knownText(conversation, "monitoring.host"),
    ...(conversation.seen.proxmox?.addresses ?? []),
    ...runnersOf(conversation).map(({ address }) => address),
  ]);
  const first = isHostAddress(subnet.network + FIRST_HOST, subnet) ? subnet.network + FIRST_HOST : subnet.network + 1;
  const refused = parseAddress(above ?? "");
  for (let address = refused === undefined ? first : refused + 1; isHostAddress(address, subnet); address += 1)
    if (!taken.has(formatAddress(address))) return formatAddress(address);
  return undefined;
}

const withInitial = (initial: string | undefined): { initial?: string } => (initial === undefined ? {} : { initial });

/** How many runners the stack gets. */
export const countQuestion: Question = {
  setting: "runners",
  isNeeded: lacks("runners"),
  prompt: () => ({
    kind: "choice",
    message: "How many runners",
    choices: [
      { value: 2, label: "2: a primary, and a secondary that takes over" },
      { value: 1, label: "1: a primary, and no failover" },
    ],
  }),
  take: (conversation, answer) =>
    withAnswer(
      conversation,
      "runners",
      answer === 1 ? [{ role: "primary" }] : [{ role: "primary" }, { role: "secondary" }],
    ),
};

export const networkQuestions: readonly Question[] = [
  {
    setting: "network.gateway",
    isNeeded: lacks("network.gateway"),
    prompt: ({ seen }, refused) => ({
      kind: "text",
      message: "Default gateway of the runners",
      ...withInitial(typeof refused === "string" ? refused : seen.proxmox?.gateways[0]),
    }),
  },
  {
    setting: "network.adminCidr",
    isNeeded: lacks("network.adminCidr"),
    prompt: (conversation, refused) => ({
      kind: "text",
      message: "Network of the machines that may log in to the runners: this one and the administrators'",
      initial: typeof refused === "string" ? refused : subnetText(conversation),
    }),
  },
  countQuestion,
];

/** Questions about one runner. */
export function runnerQuestions(conversation: Conversation, index: number): Question[] {
  const at = (field: string): string => `runners[${index}].${field}`;
  const role = knownText(conversation, at("role"));
  const isElsewhere = lacks(at("node"));
  const node = knownText(conversation, at("node"));
  const template = `proxmox.templates.${node}`;
  return [
    {
      setting: at("name"),
      isNeeded: lacks(at("name")),
      prompt: (_, refused) => ({
        kind: "text",
        message: `Name of the ${role}`,
        initial: typeof refused === "string" ? refused : `runner-${index + 1}`,
      }),
      check: async (seen, systems) =>
        refusalOf((await systems.githubFindings(seen, inputsSoFar(seen))).findings, at("name")),
    },
    {
      setting: at("node"),
      isNeeded: (seen) => seen.isNew && role === "secondary" && isElsewhere(seen) && nodes(seen).length > 1,
      prompt: (seen) => {
        const other = nodes(seen).find(({ value }) => value !== knownText(seen, "proxmox.node"));
        return choiceOf(
          `Node of ${knownText(seen, at("name"))}; another one than the primary's`,
          nodes(seen),
          other?.value,
        );
      },
      check: async (seen, systems) =>
        isElsewhere(seen) ? {} : refusalOf(await systems.proxmoxFindings(seen, inputsSoFar(seen)), at("node")),
    },
    ...(node === "" || node === knownText(conversation, "proxmox.node")
      ? []
      : [
          {
            setting: template,
            isNeeded: (seen) => lacks(template)(seen) && lacks("proxmox.image")(seen),
            prompt: (seen) => choiceOf(`Template on ${node}`, templatesOn(seen, node)),
            check: async (seen, systems) => refusalOf(await systems.proxmoxFindings(seen, inputsSoFar(seen)), template),
          } satisfies Question,
        ]),
    {
      setting: at("vmId"),
      isNeeded: lacks(at("vmId")),
      prompt: (seen, refused) => ({
        kind: "text",
        message: `VMID of ${knownText(seen, at("name"))}`,
        initial: String(freeVmId(seen, typeof refused === "number" ? refused : undefined)),
      }),
      check: async (seen, systems) => refusalOf(await systems.proxmoxFindings(seen, inputsSoFar(seen)), at("vmId")),
    },
    {
      setting: at("address"),
      isNeeded: lacks(at("address")),
      prompt: (seen, refused) => ({
        kind: "text",
        message: `Address of ${knownText(seen, at("name"))}`,
        ...withInitial(freeAddress(seen, typeof refused === "string" ? refused : undefined)),
      }),
      check: async (seen, systems) => {
        const findings = await systems.proxmoxFindings(seen, inputsSoFar(seen));
        // Privileges depend on the VMIDs, so this is the first moment at which they are known; they are shown once.
        const isLast = index === runnersOf(seen).length - 1;
        const warnings = findings.filter(({ isRefusal }) => isLast && !isRefusal).map(({ reason }) => reason);
        return { ...refusalOf(findings, at("address")), warnings };
      },
    },
  ];
}
