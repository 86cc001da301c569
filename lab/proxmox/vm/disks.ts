import { failure, parameterError } from "../api/errors";
import type { Vm } from "../model";
import { holderOf, requireUnlocked, requireVm, type ProxmoxNode } from "../node";
import { omit } from "../omit";
import { parseSize } from "../values";
import { printDrive, readDrive, type Drive } from "./config";
import { nextDiskVolume, requireSpace, sizeProperty, storageOfVolume } from "./storage";

function requireDisk(vm: Vm, slot: string): { drive: Drive; bytes: number } {
  const text = vm.config[slot];
  if (text === undefined) throw failure(`disk '${slot}' does not exist`);
  const drive = readDrive(slot, text);
  const bytes = vm.volumes[drive.file];
  if (bytes === undefined || drive.isCdrom) throw failure(`disk '${slot}' is no disk of VM ${vm.vmid}`);
  return { drive, bytes };
}

/**
 * Grows a disk. A running machine sees its new size after the next power cycle.
 * @param size absolute, or `+` and what is added
 */
export async function resizeDisk(node: ProxmoxNode, vmid: number, slot: string, size: string): Promise<void> {
  await node.exclusive(vmid, async () => {
    const vm = requireVm(node, vmid);
    requireUnlocked(node, vm);
    const { drive, bytes } = requireDisk(vm, slot);
    const given = parseSize(size.replace(/^\+/, ""));
    if (given === undefined) throw parameterError({ size: "value does not match the regex pattern" });
    const wanted = size.startsWith("+") ? bytes + given : given;
    if (wanted < bytes) throw failure("shrinking disks is not supported");
    const [storage = "", name = ""] = drive.file.split(":");
    requireSpace(node, holderOf(node, vm), storage, name, wanted - bytes);
    node.store.putVm({
      ...vm,
      config: { ...vm.config, [slot]: printDrive(drive, sizeProperty(wanted)) },
      volumes: { ...vm.volumes, [drive.file]: wanted },
    });
    node.events.add("vm.resized", { vmid, disk: slot, bytes: wanted });
  });
}

/** Moves a disk to another storage; the old volume is kept as `unused[n]` unless it is to be deleted. */
export async function moveDisk(
  node: ProxmoxNode,
  vmid: number,
  slot: string,
  storage: string,
  deleteOld: boolean,
): Promise<void> {
  await node.exclusive(vmid, async () => {
    const vm = requireVm(node, vmid);
    requireUnlocked(node, vm);
    const { drive, bytes } = requireDisk(vm, slot);
    if (storageOfVolume(drive.file) === storage) throw failure("you can't move to the same storage with same format");
    const volume = nextDiskVolume(node, vm, storage, slot);
    requireSpace(node, holderOf(node, vm), storage, volume.slice(storage.length + 1), bytes);
    const kept = deleteOld ? omit(vm.volumes, drive.file) : vm.volumes;
    const config = { ...vm.config, [slot]: printDrive(drive, { file: volume }) };
    node.store.putVm({
      ...vm,
      config: deleteOld ? config : { ...config, unused0: drive.file },
      volumes: { ...kept, [volume]: bytes },
    });
  });
}
