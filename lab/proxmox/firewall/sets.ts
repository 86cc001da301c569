/**
 * IP sets of a VM's firewall: what may be in them, and Proxmox VE's words. Pure. Source: pve-firewall,
 * PVE/API2/Firewall/IPSet.pm and PVE/Firewall.pm.
 */
import { isIPv4, isIPv6 } from "node:net";
import { failure, parameterError } from "../api/errors";
import type { Parameter } from "../api/schema";
import type { FirewallSet, FirewallSetEntry, VmFirewall } from "../model";
import { isCidr } from "../values";

/** `ipset-name`. */
export const setName: Parameter = { type: "string", pattern: /^[A-Za-z][A-Za-z0-9\-_]{1,63}$/, maxLength: 64 };

/** An address as one number, and how many bits it has. */
function bitsOf(address: string): readonly [bigint, number] {
  if (isIPv4(address)) return [address.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n), 32];
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [first, last] = [groups(head), groups(tail ?? "")];
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  const all = [...first, ...Array<string>(zeros).fill("0"), ...last];
  return [all.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n), 128];
}

/** Whether a network has bits below its length, which Net::IP refuses. */
function hasHostBits(cidr: string): boolean {
  const [address = "", length] = cidr.split("/");
  const [bits, width] = bitsOf(address);
  return (bits & ((1n << BigInt(width - Number(length))) - 1n)) !== 0n;
}

/** What is wrong with an entry; aliases are not modelled. */
function entryProblem(entry: string): string | undefined {
  if (isIPv4(entry) || isIPv6(entry)) return undefined;
  if (isCidr(entry)) return hasHostBits(entry) ? `Invalid prefix ${entry}` : undefined;
  if (/^[A-Za-z][A-Za-z0-9\-_]+$/.test(entry)) return `'${entry}': aliases are not modelled in the lab`;
  return "value does not look like a valid IP address or CIDR network";
}

/** `IPorCIDRorAlias`. */
export const setEntry: Parameter = { type: "string", format: entryProblem };

/** Proxmox VE keeps a single address without its length. */
const normalised = (cidr: string): string => cidr.replace(/^([0-9.]+)\/32$|^([0-9A-Fa-f:]+)\/128$/, "$1$2");

/** @throws ProxmoxApiError 500 */
export function requireSet({ sets = {} }: VmFirewall, name: string): FirewallSet {
  const found = sets[name];
  if (found === undefined) throw failure(`no such IPSet '${name}'`);
  return found;
}

const withSet = (firewall: VmFirewall, name: string, set: FirewallSet): VmFirewall => ({
  ...firewall,
  sets: { ...firewall.sets, [name]: set },
});

const without = (firewall: VmFirewall, name: string): VmFirewall => ({
  ...firewall,
  sets: Object.fromEntries(Object.entries(firewall.sets ?? {}).filter(([each]) => each !== name)),
});

/** A new set, or another name or comment of one. @throws ProxmoxApiError 400 */
export function putSet(
  firewall: VmFirewall,
  { name, comment, rename }: { readonly name: string; readonly comment?: string; readonly rename?: string },
): VmFirewall {
  const { sets = {} } = firewall;
  const words = comment === undefined ? {} : { comment };
  if (rename === undefined) {
    if (sets[name] !== undefined) throw parameterError({ name: `IPSet '${name}' already exists` });
    return withSet(firewall, name, { ...words, entries: [] });
  }
  const former = sets[rename];
  if (former === undefined) throw parameterError({ name: `IPSet '${rename}' does not exists` });
  if (name !== rename && sets[name] !== undefined) throw parameterError({ name: `IPSet '${name}' does already exist` });
  return withSet(without(firewall, rename), name, { ...former, ...words });
}

/** @param force with its entries. @throws ProxmoxApiError 500 */
export function removeSet(firewall: VmFirewall, name: string, force: boolean): VmFirewall {
  if (!force && requireSet(firewall, name).entries.length > 0) throw failure(`IPSet '${name}' is not empty`);
  return without(firewall, name);
}

/** A new entry goes to the top. @throws ProxmoxApiError */
export function addEntry(firewall: VmFirewall, name: string, entry: FirewallSetEntry): VmFirewall {
  const set = requireSet(firewall, name);
  const { cidr } = entry;
  if (set.entries.some((each) => each.cidr === normalised(cidr)))
    throw parameterError({ cidr: `address '${cidr}' already exists` });
  if (/\/0+$/.test(cidr)) throw parameterError({ cidr: "a zero prefix is not allowed in ipset entries" });
  return withSet(firewall, name, { ...set, entries: [{ ...entry, cidr: normalised(cidr) }, ...set.entries] });
}

/** @throws ProxmoxApiError 400 */
export function entryOf(firewall: VmFirewall, name: string, cidr: string): FirewallSetEntry {
  const found = requireSet(firewall, name).entries.find((entry) => entry.cidr === cidr);
  if (found === undefined) throw parameterError({ cidr: "no such IP/Network" });
  return found;
}

/** Changes an entry, or takes it away if there is no new one; an absent one is then no error. */
export function changeEntry(
  firewall: VmFirewall,
  name: string,
  cidr: string,
  next: FirewallSetEntry | undefined,
): VmFirewall {
  const set = requireSet(firewall, name);
  const entries = set.entries.flatMap((entry) => (entry.cidr !== cidr ? [entry] : next === undefined ? [] : [next]));
  return withSet(firewall, name, { ...set, entries });
}
