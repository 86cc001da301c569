/**
 * Bridges and virtual networks: whose zone a NIC's bridge belongs to, and who sees it. Source: pve-guest-common,
 * PVE/GuestHelpers.pm, check_vnet_access; pve-network, PVE/API2/Network/SDN/Vnets.pm, index.
 */
import { holdsAny, type Caller } from "./access";
import type { ProxmoxNode } from "./node";

/** Path on which a NIC needs SDN.Use. A bridge that is no virtual network belongs to the zone localnetwork. */
export function bridgePath({ seed }: ProxmoxNode, bridge: string): string {
  const zone = seed.vnets?.find(({ vnet }) => vnet === bridge)?.zone ?? "localnetwork";
  return `/sdn/zones/${zone}/${bridge}`;
}

/** Whether the node has a bridge of this name. */
export const hasBridge = ({ seed }: ProxmoxNode, bridge: string): boolean =>
  bridge === seed.bridge || (seed.vnets ?? []).some(({ vnet }) => vnet === bridge);

/** Virtual networks that a caller may see. SDN.Use alone does not show them. */
export const visibleVnets = (node: ProxmoxNode, caller: Caller): unknown[] =>
  (node.seed.vnets ?? [])
    .filter(({ vnet }) => holdsAny(caller, bridgePath(node, vnet), ["SDN.Audit", "SDN.Allocate"]))
    .map(({ vnet, zone }) => ({ vnet, zone, type: "vnet" }));
