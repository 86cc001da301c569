/** What it takes to move machines that exist into another resource pool, or out of one. */
import type { ClusterGuest } from "@ghrunners/core/proxmox/answers";
import type { PreflightInputs } from "./args";
import type { Privilege } from "./observation";

/**
 * Nothing for machines that are still to be made, which are cloned into their pool, and nothing where somebody moved them
 * by hand: the update does not move those. Source: pve-manager, PVE/API2/Pool.pm, update_pool. Pure.
 * @param olds what the stack had at its last update; empty at its first
 * @example poolMovePrivileges({ proxmox: { pool: "old" } }, news, guests) // Pool.Allocate on /pool/old and on /pool/new
 */
export function poolMovePrivileges(
  { proxmox: old }: { readonly proxmox?: Pick<PreflightInputs["proxmox"], "pool"> },
  { proxmox: { pool }, runners }: Pick<PreflightInputs, "proxmox" | "runners">,
  guests: readonly Pick<ClusterGuest, "vmid" | "name">[],
): Privilege[] {
  const isThere = runners.some(({ vmId, name }) => guests.some((guest) => guest.vmid === vmId && guest.name === name));
  if (old === undefined || old.pool === pool || !isThere) return [];
  return [old.pool, pool]
    .filter((name) => name !== undefined)
    .map((name) => ({
      path: `/pool/${name}`,
      privilege: "Pool.Allocate",
      reason: "move existing machines to another pool, for this update only",
    }));
}
