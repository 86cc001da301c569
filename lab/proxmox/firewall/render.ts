import { isIPv4 } from "node:net";
import type { FirewallRule, VmFirewall } from "../model";
import { macros } from "./format";
import { renderSourceFilter } from "./source-filter";

/** Table in the machine's network namespace. */
export const tableName = "pvefw";

const set = (values: readonly string[]): string =>
  values.length === 1 ? (values[0] as string) : `{ ${values.join(", ")} }`;
const ports = (text: string): string => set(text.split(",").map((port) => port.replace(":", "-")));

interface Family {
  readonly word: "ip" | "ip6";
  readonly addresses: readonly string[];
}

/** Addresses apart by family, because one nft match holds only one. */
function families(text: string): Family[] {
  const addresses = text.split(",");
  const isV4 = (entry: string): boolean => isIPv4(entry.split(/[/-]/)[0] as string);
  const found: Family[] = [
    { word: "ip", addresses: addresses.filter(isV4) },
    { word: "ip6", addresses: addresses.filter((entry) => !isV4(entry)) },
  ];
  return found.filter((family) => family.addresses.length > 0);
}

/** Every pair of source and destination of the same family; a side that is not given fits both. */
function addressMatches(source: string | undefined, dest: string | undefined): string[] {
  const sides = [
    { word: "saddr", text: source },
    { word: "daddr", text: dest },
  ].flatMap(({ word, text }) => (text === undefined ? [] : [{ word, families: families(text) }]));
  if (sides.length === 0) return [""];
  return (["ip", "ip6"] as const).flatMap((family) => {
    const parts = sides.map((side) => {
      const found = side.families.find(({ word }) => word === family);
      return found === undefined ? undefined : `${family} ${side.word} ${set(found.addresses)}`;
    });
    return parts.includes(undefined) ? [] : [`${parts.join(" ")} `];
  });
}

const protocolNames: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "ipv6-icmp": "icmpv6" };

function protocolMatch(proto: string | undefined, rule: FirewallRule): string {
  if (proto === undefined) return "";
  const name = protocolNames[proto] ?? proto;
  const type = rule["icmp-type"] ?? rule.dport;
  if (name === "icmp" || name === "icmpv6")
    return type === undefined ? `meta l4proto ${name === "icmp" ? "icmp" : "ipv6-icmp"} ` : `${name} type ${type} `;
  const parts = [
    ...(rule.sport === undefined ? [] : [`${name} sport ${ports(rule.sport)} `]),
    ...(rule.dport === undefined ? [] : [`${name} dport ${ports(rule.dport)} `]),
  ];
  return parts.length === 0 ? `meta l4proto ${name} ` : parts.join("");
}

const verdicts: Readonly<Record<string, string>> = { ACCEPT: "accept", DROP: "drop", REJECT: "reject" };

/**
 * nft lines of one rule, without an indent. A rule that is off, or for another NIC than the machine's one, gives none.
 */
export function renderRule(rule: FirewallRule): string[] {
  if (!Number(rule.enable ?? "0") || (rule.iface !== undefined && rule.iface !== "net0")) return [];
  const verdict = verdicts[rule.action ?? ""];
  if (verdict === undefined)
    throw new Error(`Firewall action "${rule.action ?? ""}" is not one of ${Object.keys(verdicts).join(", ")}.`);
  const matches =
    rule.macro === undefined
      ? [protocolMatch(rule.proto, rule)]
      : (macros[rule.macro] ?? []).map(({ proto, dport }) =>
          protocolMatch(proto, dport === undefined ? {} : { dport }),
        );
  return addressMatches(rule.source, rule.dest).flatMap((addresses) =>
    matches.map((match) => `${addresses}${match}${verdict}`),
  );
}

function chain(
  name: "input" | "output",
  rules: readonly FirewallRule[],
  policy: string,
  first: readonly string[] = [],
): string[] {
  const loopback = name === "input" ? "iif lo accept" : "oif lo accept";
  const direction = name === "input" ? "in" : "out";
  const lines = [
    // REJECT is no policy of nft: what no rule takes is rejected by the last one.
    `type filter hook ${name} priority 0; policy ${policy === "ACCEPT" ? "accept" : "drop"};`,
    loopback,
    "ct state established,related accept",
    ...first,
    // Without neighbour discovery there is no IPv6 at all; Proxmox VE's option ndp is on by default.
    "icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept",
    ...rules.filter((rule) => rule.type === direction).flatMap(renderRule),
    ...(policy === "REJECT" ? ["reject"] : []),
  ];
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"];
}

/**
 * A VM's firewall as a script for nft(8), to be loaded into the machine's network namespace. Takes the place of an
 * earlier one in one step. Default policies are Proxmox VE's: DROP for what comes in, ACCEPT for what goes out.
 * @param mac address of the machine's NIC
 */
export function renderFirewall(firewall: VmFirewall, mac: string): string {
  const { options, rules } = firewall;
  const { packets, arp } = renderSourceFilter(firewall, mac);
  return [
    `table inet ${tableName}`,
    `delete table inet ${tableName}`,
    `table inet ${tableName} {`,
    ...chain("input", rules, options.policy_in ?? "DROP"),
    ...chain("output", rules, options.policy_out ?? "ACCEPT", packets),
    "}",
    // Without this table where nothing is filtered: the script is loaded over an earlier one.
    `table arp ${tableName}`,
    `delete table arp ${tableName}`,
    ...(arp.length === 0
      ? []
      : [
          `table arp ${tableName} {`,
          "  chain output {",
          "    type filter hook output priority 0; policy accept;",
          ...arp.map((line) => `    ${line}`),
          "  }",
          "}",
        ]),
    "",
  ].join("\n");
}
