/**
 * From which addresses a VM may send, as nft lines. Pure. Source: pve-firewall, PVE/Firewall.pm:
 * - generate_tap_rules_direction: a set `ipfilter-net0` filters as soon as it is there, with the option or without
 * - compile_ipsets: the option without a set is an empty set; to each set belongs the link-local address that follows
 *   from the NIC's MAC address, and no other link-local one
 * - ruleset_create_vm_chain: what is dropped, before neighbour discovery and the VM's own rules
 * - generate_tap_layer2filter: ARP is filtered by the IPv4 addresses of the set, if it has any
 */
import type { VmFirewall } from "../model";

/** Name of the set of the one NIC. */
export const SOURCE_SET = "ipfilter-net0";

/** The link-local address of a MAC address: modified EUI-64, RFC 4291. */
export function linkLocalOf(mac: string): string {
  const [a = "0", b = "0", c = "0", d = "0", e = "0", f = "0"] = mac.toLowerCase().split(":");
  const first = (parseInt(a, 16) ^ 2).toString(16).padStart(2, "0");
  return `fe80::${[`${first}${b}`, `${c}ff`, `fe${d}`, `${e}${f}`].map((part) => part.replace(/^0+(?=.)/, "")).join(":")}`;
}

const isV6 = (cidr: string): boolean => cidr.includes(":");
const list = (cidrs: readonly string[]): string => `{ ${cidrs.join(", ")} }`;

/** Lines that drop what is not in the set, for one address of one family. */
function dropOthers(what: string, allowed: readonly string[], except: readonly string[], none: string): string[] {
  if (allowed.length === 0) return [none];
  return [...(except.length === 0 ? [] : [`${what} ${list(except)} drop`]), `${what} != ${list(allowed)} drop`];
}

/** Lines for the machine's packets and for its ARP; both empty where its addresses are not filtered. */
export function renderSourceFilter(
  { options, sets = {} }: VmFirewall,
  mac: string,
): { readonly packets: readonly string[]; readonly arp: readonly string[] } {
  const set = sets[SOURCE_SET];
  if (set === undefined && options.ipfilter !== "1") return { packets: [], arp: [] };
  const entries = set?.entries ?? [];
  const pick = (v6: boolean, out: boolean): string[] =>
    entries.filter(({ cidr, nomatch = false }) => isV6(cidr) === v6 && nomatch === out).map(({ cidr }) => cidr);
  const [v4, except4] = [pick(false, false), pick(false, true)];
  return {
    packets: [
      ...dropOthers("ip saddr", v4, except4, "meta nfproto ipv4 drop"),
      ...dropOthers("ip6 saddr", [linkLocalOf(mac), ...pick(true, false)], pick(true, true), "meta nfproto ipv6 drop"),
    ],
    arp: v4.length === 0 ? [] : dropOthers("arp saddr ip", v4, except4, ""),
  };
}
