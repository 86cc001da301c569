/** Proposals from what was seen at Proxmox VE and on this machine's network. Pure. */
import { defaults } from "@ghrunners/components/runner/defaults";
import { formatAddress, isHostAddress, parseAddress, subnetOf } from "@ghrunners/core/vocabulary/ipv4";
import type { SettingsTree } from "../pulumi/stack-document";
import { valueOf, withValue } from "./answers";

/** What Proxmox VE offers. */
export interface ProxmoxOffer {
  /** Nodes that are online. */
  readonly nodes: readonly string[];
  readonly templates: readonly { readonly vmId: number; readonly name: string; readonly node: string }[];
  /** Storages for VM disks that the token may use, by node. */
  readonly storages: Readonly<Record<string, readonly string[]>>;
  /** Bridges that the token may join. */
  readonly bridges: readonly string[];
  /** VMIDs in use, as far as the token sees them. */
  readonly usedVmIds: readonly number[];
  /** Addresses in the guests' settings. */
  readonly usedAddresses: readonly string[];
}

const FIRST_VMID = 151;
const FIRST_HOST = 51;

/** The one of a list, if there is exactly one. */
const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

const preferred = (usual: string, seen: readonly string[]): string | undefined =>
  seen.includes(usual) ? usual : only(seen);

/** What can be meant in one way alone, filled in where nothing was said. Settings with a default stay out where it fits. */
export function fillIn(tree: SettingsTree, offer: ProxmoxOffer): SettingsTree {
  const said = valueOf(tree, "proxmox.node");
  const node = typeof said === "string" ? said : only(offer.nodes);
  const storages = node === undefined ? [] : (offer.storages[node] ?? []);
  const found: Readonly<Record<string, unknown>> = {
    "proxmox.node": node,
    "proxmox.templateId": only(offer.templates.filter((each) => each.node === node))?.vmId,
    "proxmox.storage": unlessDefault(defaults.proxmox.storage, storages),
    "proxmox.bridge": unlessDefault(defaults.proxmox.bridge, offer.bridges),
  };
  return Object.entries(found).reduce(
    (filled, [setting, value]) =>
      value === undefined || valueOf(filled, setting) !== undefined ? filled : withValue(filled, setting, value),
    tree,
  );
}

function unlessDefault(usual: string, seen: readonly string[]): string | undefined {
  const proposed = preferred(usual, seen);
  return proposed === usual ? undefined : proposed;
}

/** Storage or bridge to propose: the usual one where it is there. */
export const proposedName = (usual: string, seen: readonly string[]): string =>
  preferred(usual, seen) ?? seen[0] ?? usual;

/** The lowest VMIDs from 151 on that no guest has. */
export function freeVmIds(count: number, used: readonly number[]): number[] {
  const free: number[] = [];
  for (let vmId = FIRST_VMID; free.length < count; vmId += 1) if (!used.includes(vmId)) free.push(vmId);
  return free;
}

/**
 * Addresses of the gateway's subnet that no guest has, from .51 on where the subnet is large enough.
 * @returns fewer than asked for where the subnet is full; none where the gateway is no address
 */
export function freeAddresses(count: number, gateway: string, prefixLength: number, used: readonly string[]): string[] {
  const value = parseAddress(gateway);
  if (value === undefined) return [];
  const subnet = subnetOf(value, prefixLength);
  const isFree = (each: number): boolean =>
    isHostAddress(each, subnet) && each !== value && !used.includes(formatAddress(each));
  const free: string[] = [];
  const size = subnet.broadcast - subnet.network;
  for (let step = 0; step < size && free.length < count; step += 1) {
    const each = subnet.network + ((FIRST_HOST - 1 + step) % size) + 1;
    if (isFree(each)) free.push(formatAddress(each));
  }
  return free;
}

/** A network of this machine. */
export interface LocalNetwork {
  readonly address: string;
  readonly prefixLength: number;
}

export interface NetworkProposal {
  readonly gateway: string;
  readonly prefixLength: number;
  /** Network from which the machines are administered. */
  readonly adminCidr: string;
}

/**
 * The machines' network: this machine's network with Proxmox VE in it, else Proxmox VE's own with the usual prefix. The
 * gateway is guessed as the first address.
 * @param endpoint host of Proxmox VE's address; undefined for a name
 */
export function proposeNetwork(
  endpoint: string | undefined,
  own: readonly LocalNetwork[],
): NetworkProposal | undefined {
  const target = endpoint === undefined ? undefined : parseAddress(endpoint);
  const usual = own.find(({ address }) => !address.startsWith("127."));
  const shared = own.find(({ address, prefixLength }) => {
    const value = parseAddress(address);
    return value !== undefined && target !== undefined && isHostAddress(target, subnetOf(value, prefixLength));
  });
  const from = shared ?? (target === undefined ? usual : undefined);
  const value = from === undefined ? target : parseAddress(from.address);
  if (value === undefined) return undefined;
  const prefixLength = from?.prefixLength ?? defaults.network.prefixLength;
  const { network } = subnetOf(value, prefixLength);
  return { gateway: formatAddress(network + 1), prefixLength, adminCidr: `${formatAddress(network)}/${prefixLength}` };
}
