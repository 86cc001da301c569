/** The zone to which the bridge of the machines belongs, and what it takes to join it. */
import type { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import type { Privilege } from "./observation";

/** Zone of every bridge that is no virtual network of SDN. */
export const LOCAL_ZONE = "localnetwork";

/** Zone and bridge of a path on which a NIC needs SDN.Use; undefined for any other path. */
export function zoneIn(path: string): { readonly zone: string; readonly bridge: string } | undefined {
  const [, zone, bridge] = /^\/sdn\/zones\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  return zone === undefined || bridge === undefined ? undefined : { zone, bridge };
}

/** Source: pve-guest-common, PVE/GuestHelpers.pm, check_vnet_access. */
export const bridgePrivilege = (bridge: string, zone = LOCAL_ZONE): Privilege => ({
  path: `/sdn/zones/${zone}/${bridge}`,
  privilege: "SDN.Use",
  reason:
    zone === LOCAL_ZONE
      ? "join the bridge; the path of a virtual network has its zone in place of localnetwork"
      : "join the virtual network",
});

/**
 * The zone of a bridge: what Proxmox VE says, where the token may see it (SDN.Audit), else the zone in which the token
 * may use a bridge of this name.
 */
export async function zoneOf(proxmox: Pick<ProxmoxClient, "vnets" | "permissions">, bridge: string): Promise<string> {
  // A Proxmox VE without SDN answers with an error.
  const vnets = await proxmox.vnets().catch(() => []);
  const seen = vnets.find(({ vnet }) => vnet === bridge);
  if (seen !== undefined) return seen.zone;
  const usable = [...(await proxmox.permissions())].flatMap(([path, held]) => {
    const found = zoneIn(path);
    return found?.bridge === bridge && held.has("SDN.Use") ? [found.zone] : [];
  });
  return usable.includes(LOCAL_ZONE) ? LOCAL_ZONE : (usable[0] ?? LOCAL_ZONE);
}
