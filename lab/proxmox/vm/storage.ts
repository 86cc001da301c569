import { failure } from "../api/errors";
import type { Vm } from "../model";
import { holderOf, type ProxmoxNode } from "../node";
import { printSize, volumeId } from "../values";

type Storage = ProxmoxNode["seed"]["storages"][number];

export function requireStorage(node: ProxmoxNode, id: string): Storage {
  const storage = node.seed.storages.find((entry) => entry.id === id);
  if (storage === undefined) throw failure(`storage '${id}' does not exist`);
  return storage;
}

export const storageOfVolume = (volume: string): string => volume.split(":", 1)[0] as string;

/** Volumes on a storage of a node, with their owner. */
export function volumesOn(node: ProxmoxNode, id: string, holder: string): { volid: string; size: number; vm: Vm }[] {
  return node.store
    .allVms()
    .filter((vm) => holderOf(node, vm) === holder)
    .flatMap((vm) => Object.entries(vm.volumes).map(([volid, size]) => ({ volid, size, vm })))
    .filter(({ volid }) => storageOfVolume(volid) === id);
}

/** Bytes in use: thin volumes count what was written, others their whole size. */
export function usedBytes(node: ProxmoxNode, storage: Storage, holder: string): number {
  const volumes = volumesOn(node, storage.id, holder);
  if (storage.type === "lvm") return volumes.reduce((sum, { size }) => sum + size, 0);
  const owners = new Set(volumes.map(({ vm }) => vm.vmid));
  return [...owners].reduce((sum, vmid) => sum + node.machines.diskUsedBytes(vmid), 0);
}

const extentBytes = 4 * 2 ** 20; // LVM's default physical extent

/** Size of a volume on the storage: logical volumes have whole extents, files the size that was asked for. */
export const allocatedBytes = ({ type }: Storage, bytes: number): number =>
  type === "dir" ? bytes : Math.ceil(bytes / extentBytes) * extentBytes;

/**
 * @throws ProxmoxApiError in lvcreate's words when a thick volume does not fit; thin ones may promise more than there
 * is
 */
export function requireSpace(node: ProxmoxNode, holder: string, id: string, volume: string, bytes: number): void {
  const storage = requireStorage(node, id);
  if (storage.type !== "lvm") return;
  const free = Math.max(0, storage.totalBytes - usedBytes(node, storage, holder));
  if (bytes <= free) return;
  const [have, need] = [Math.floor(free / extentBytes), Math.ceil(bytes / extentBytes)];
  throw failure(
    `lvcreate '${storage.id}/${volume}' error:   Volume group "${storage.id}" has insufficient free space (${have} extents): ${need} required.`,
  );
}

/** The next free disk name of a VM on a storage, for example `local-lvm:vm-151-disk-1`. The state of a TPM is raw. */
export function nextDiskVolume(
  node: ProxmoxNode,
  vm: Pick<Vm, "vmid" | "volumes">,
  storage: string,
  slot: string,
): string {
  const nameOf = (volume: string): string => volume.replace(/\.[a-z0-9]+$/, "");
  const taken = new Set(Object.keys(vm.volumes).map(nameOf));
  const format = slot === "tpmstate0" ? "raw" : "qcow2";
  for (let index = 0; ; index += 1) {
    const volume = volumeId(requireStorage(node, storage), vm.vmid, `vm-${vm.vmid}-disk-${index}`, format);
    if (!taken.has(nameOf(volume))) return volume;
  }
}

/**
 * A full clone onto a directory is qcow2, whatever is asked for later, but for a TPM's state. Source: PVE, storage
 * plugins' default format.
 */
export const formatOf = ({ type }: Storage, volume: string): "qcow2" | "raw" =>
  type === "dir" && !volume.endsWith(".raw") ? "qcow2" : "raw";

export const cloudInitVolume = (node: ProxmoxNode, vmid: number, storage: string): string =>
  volumeId(requireStorage(node, storage), vmid, `vm-${vmid}-cloudinit`);

export const sizeProperty = (bytes: number): { size: string } => ({ size: printSize(bytes) });
