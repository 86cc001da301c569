import { failure, parameterError } from "../api/errors";
import type { Vm, StoredVmConfig } from "../model";
import { holderOf, type ProxmoxNode } from "../node";
import { omit } from "../omit";
import { drivesOf, pendingConfig, printDrive, readDrive, type Drive } from "./config";
import { firmwareBytes } from "./firmware";
import { cloudInitVolume, nextDiskVolume, requireSpace, requireStorage, sizeProperty } from "./storage";

const cloudInitBytes = 4 * 2 ** 20;

type WithVolumes = Pick<Vm, "vmid" | "node" | "volumes">;

function allocate(node: ProxmoxNode, vm: WithVolumes, volume: string, bytes: number): WithVolumes {
  const [storage = "", name = ""] = volume.split(":");
  requireSpace(node, holderOf(node, vm), storage, name, bytes);
  return { ...vm, volumes: { ...vm.volumes, [volume]: bytes } };
}

/**
 * A drive as the configuration keeps it: `STORAGE:cloudinit`, `STORAGE:GIB` and an imported image become volumes of
 * their own.
 * @returns the option's text and the VM with its volumes
 * @throws ProxmoxApiError when the volume cannot be allocated
 */
export async function resolveDrive(
  node: ProxmoxNode,
  vm: Vm,
  slot: string,
  text: string,
): Promise<{ text: string; volumes: Vm["volumes"] }> {
  const drive = readDrive(slot, text);
  if (drive.file === "none" || drive.file === "cdrom") return { text: printDrive(drive, {}), volumes: vm.volumes };
  const [storage = "", name = ""] = drive.file.split(":");
  requireStorage(node, storage);
  if (drive.isCloudInit) return resolveCloudInit(node, vm, drive, storage);
  if (/^\d+(\.\d+)?$/.test(name)) {
    const source = drive.properties["import-from"];
    const bytes =
      firmwareBytes(node, drive, storage) ??
      (source === undefined
        ? Math.ceil(Number(name) * 2 ** 30)
        : await node.images.diskBytes(holderOf(node, vm), source));
    const volume = nextDiskVolume(node, vm, storage, slot);
    const { volumes } = allocate(node, vm, volume, bytes);
    const { properties } = drive;
    const disk = { ...drive, properties: omit(properties, "import-from") };
    return { text: printDrive(disk, { file: volume, ...sizeProperty(bytes) }), volumes };
  }
  const bytes = vm.volumes[drive.file];
  if (bytes === undefined)
    throw failure(`unable to open volume '${drive.file}' - no such logical volume ${storage}/${name}`);
  return { text: printDrive(drive, sizeProperty(bytes)), volumes: vm.volumes };
}

function resolveCloudInit(
  node: ProxmoxNode,
  vm: Vm,
  drive: Drive,
  storage: string,
): { text: string; volumes: Vm["volumes"] } {
  const other = drivesOf(pendingConfig(vm)).find((entry) => entry.isCloudInit && entry.slot !== drive.slot);
  if (other !== undefined) {
    throw parameterError({ [drive.slot]: `cloud-init drive is already attached at '${other.slot}'` });
  }
  const volume = cloudInitVolume(node, vm.vmid, storage);
  const { volumes } = vm.volumes[volume] === undefined ? allocate(node, vm, volume, cloudInitBytes) : vm;
  return { text: printDrive(drive, { file: volume, media: "cdrom", ...sizeProperty(cloudInitBytes) }), volumes };
}

/**
 * What becomes of a drive's volume when the drive goes: a cloud-init volume is freed, a disk is kept as `unused[n]`.
 */
export function releaseDrive(
  config: StoredVmConfig,
  volumes: Vm["volumes"],
  drive: Drive,
): { config: StoredVmConfig; volumes: Vm["volumes"] } {
  if (drive.isCloudInit) {
    return { config, volumes: omit(volumes, drive.file) };
  }
  if (drive.isCdrom || volumes[drive.file] === undefined) return { config, volumes };
  let index = 0;
  while (config[`unused${index}`] !== undefined) index += 1;
  return { config: { ...config, [`unused${index}`]: drive.file }, volumes };
}
