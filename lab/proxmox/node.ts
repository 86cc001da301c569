import type { MachineBackend } from "../machines";
import { failure, missingVm } from "./api/errors";
import type { Events } from "./events";
import type { ProxmoxFaults } from "./faults";
import type { ImageFiles } from "./images";
import type { ClockAndRandom, Vm } from "./model";
import type { ProxmoxSeed } from "./seed";
import type { ProxmoxStore } from "./store";
import type { Tasks } from "./tasks";

/** The emulated node and everything on it. */
export interface ProxmoxNode {
  readonly seed: ProxmoxSeed;
  readonly store: ProxmoxStore;
  readonly tasks: Tasks;
  readonly events: Events;
  readonly faults: ProxmoxFaults;
  readonly machines: MachineBackend;
  readonly images: ImageFiles;
  readonly environment: ClockAndRandom;
  /** One change to a VM at a time. */
  readonly exclusive: <T>(vmid: number, work: () => Promise<T>) => Promise<T>;
}

/** A queue for each VM. */
export function exclusiveByVm(): ProxmoxNode["exclusive"] {
  const tails = new Map<number, Promise<unknown>>();
  return (vmid, work) => {
    const result = (tails.get(vmid) ?? Promise.resolve()).then(work, work);
    const tail = result
      .catch(() => undefined)
      .then(() => {
        if (tails.get(vmid) === tail) tails.delete(vmid);
      });
    tails.set(vmid, tail);
    return result;
  };
}

/** Name of the node that holds a VM. */
export const holderOf = (node: ProxmoxNode, vm: Pick<Vm, "node">): string => vm.node ?? node.seed.node;

/** Nodes of the cluster that hold machines. */
export const nodeNames = ({ seed }: ProxmoxNode): string[] => [seed.node, ...(seed.otherNodes ?? [])];

/** @throws ProxmoxApiError as Proxmox VE does for a configuration file that is not there */
export function requireVm(node: ProxmoxNode, vmid: number): Vm {
  const vm = node.store.vm(vmid);
  if (vm === undefined) throw missingVm(node.seed.node, vmid);
  return vm;
}

export const lockOf = (node: ProxmoxNode, vm: Vm): string | undefined =>
  vm.lock ?? (node.faults.hasMachine("locked", vm.vmid) ? "backup" : undefined);

/** @throws ProxmoxApiError `VM is locked (...)` */
export function requireUnlocked(node: ProxmoxNode, vm: Vm): void {
  const lock = lockOf(node, vm);
  if (lock !== undefined) throw failure(`VM is locked (${lock})`);
}
