import type { ClusterGuest, VmConfig } from "@ghrunners/core/proxmox/answers";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import type { SeenMachine } from "./plan";

/** Requests to Proxmox VE at a time. */
const AT_ONCE = 8;

/** `creation-qemu=9.2.0,ctime=1732000000`. Source: Proxmox VE, qm.conf(5), meta. */
export const createdAt = (config: VmConfig): number | undefined => {
  const seconds = /(?:^|,)ctime=(\d+)/.exec(typeof config.meta === "string" ? config.meta : "")?.[1];
  return seconds === undefined ? undefined : Number(seconds);
};

function seen({ vmid, name, node, status, template }: ClusterGuest, config: VmConfig | undefined): SeenMachine {
  return {
    vmId: vmid,
    name,
    node,
    running: status !== "stopped",
    template,
    description: config?.description,
    isProtected: Number(config?.protection ?? 0) !== 0,
    createdAt: config === undefined ? undefined : createdAt(config),
  };
}

/**
 * The virtual machines that the token may see, without those of the stack. One whose configuration cannot be read, for
 * example on a node that is off, has no notes, so it belongs to no stack.
 */
export async function readMachines(proxmox: ProxmoxClient, own: readonly number[]): Promise<SeenMachine[]> {
  const guests = (await proxmox.guests()).filter(({ type, vmid }) => type === "qemu" && !own.includes(vmid));
  const machines: SeenMachine[] = [];
  for (let at = 0; at < guests.length; at += AT_ONCE) {
    const some = guests.slice(at, at + AT_ONCE).map(async (guest) => {
      const config = await proxmox.vmConfig(guest.node, guest.vmid).catch(() => undefined);
      return seen(guest, config);
    });
    machines.push(...(await Promise.all(some)));
  }
  return machines;
}
