import { holdsAny, requireAll, type Caller } from "../access";
import { failure, parameterError, permissionError } from "../api/errors";
import type { Values } from "../api/schema";
import type { Vm } from "../model";
import { holderOf, nodeNames, requireUnlocked, requireVm, type ProxmoxNode } from "../node";
import { omit } from "../omit";
import type { TaskLog } from "../tasks";
import { printProperties, readProperties } from "../property-string";
import { drivesOf, isTemplate, nicOf, printDrive } from "./config";
import { newIdentity, normalizeValue, randomMac } from "./configure";
import { bridgePath } from "../sdn";
import { firmwareBytes } from "./firmware";
import { netFormat } from "./formats";
import { isNic } from "./options";
import {
  cloudInitVolume,
  nextDiskVolume,
  requireSpace,
  requireStorage,
  sizeProperty,
  storageOfVolume,
} from "./storage";

function authorizeClone(
  node: ProxmoxNode,
  caller: Caller,
  source: Vm,
  newid: number,
  pool: string | undefined,
  storages: Iterable<string>,
): void {
  requireAll(caller, `/vms/${source.vmid}`, ["VM.Clone"]);
  const viaPool = pool !== undefined && holdsAny(caller, `/pool/${pool}`, ["VM.Allocate"]);
  if (!viaPool && !holdsAny(caller, `/vms/${newid}`, ["VM.Allocate"]))
    throw permissionError(`/vms/${newid}`, ["VM.Allocate"]);
  for (const storage of storages) requireAll(caller, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  for (const option of Object.keys(source.config).filter(isNic)) {
    const bridge = nicOf(source.config, option)?.bridge;
    if (bridge !== undefined) requireAll(caller, bridgePath(node, bridge), ["SDN.Use"]);
  }
}

/**
 * The copy's configuration: its own volumes, MAC addresses and identity; the rest as the source has it. Each volume is
 * the copy's from its allocation on, so that the next one finds its space taken.
 */
function copyOf(
  node: ProxmoxNode,
  source: Vm,
  empty: Vm,
  storage: string | undefined,
  values: Values,
): Pick<Vm, "config" | "volumes"> {
  const newid = empty.vmid;
  const config: Record<string, string> = omit(source.config, "template", "description");
  let volumes: Record<string, number> = {};
  // In the order of their names, so the variables of UEFI are disk 0 and the system's disk is disk 1.
  const drives = drivesOf(source.config).sort((one, other) => (one.slot < other.slot ? -1 : 1));
  for (const drive of drives) {
    const own = source.volumes[drive.file];
    if (own === undefined) continue;
    const target = storage ?? storageOfVolume(drive.file);
    const firmware = firmwareBytes(node, drive, target);
    const bytes = firmware ?? own;
    const volume = drive.isCloudInit
      ? cloudInitVolume(node, newid, target)
      : nextDiskVolume(node, { vmid: newid, volumes }, target, drive.slot);
    requireSpace(node, holderOf(node, source), target, volume.slice(target.length + 1), bytes);
    volumes = { ...volumes, [volume]: bytes };
    node.store.putVm({ ...empty, volumes });
    config[drive.slot] = printDrive(drive, { file: volume, ...(firmware !== undefined && sizeProperty(bytes)) });
  }
  for (const option of Object.keys(config).filter(isNic)) {
    const text = printProperties(netFormat, omit(readProperties(netFormat, config[option] as string), "macaddr"));
    config[option] = normalizeValue(option, text, () => randomMac(node.environment.randomBytes(3)));
  }
  config.smbios1 = newIdentity(node);
  config.name = values.name ?? `Copy-of-VM-${source.config.name ?? source.vmid}`;
  if (values.description !== undefined) config.description = values.description;
  return { config, volumes };
}

/**
 * Copies a VM or template (PVE::API2::Qemu, clone_vm). The new VM holds `lock: clone` until it is whole; if that fails,
 * it is removed again.
 * @returns UPID
 */
export async function cloneVm(node: ProxmoxNode, caller: Caller, vmid: number, values: Values): Promise<string> {
  const newid = Number(values.newid);
  const source = requireVm(node, vmid);
  const { pool, storage, target } = values;
  const storages = new Set(storage === undefined ? Object.keys(source.volumes).map(storageOfVolume) : [storage]);
  authorizeClone(node, caller, source, newid, pool, storages);
  if (pool !== undefined && node.store.pool(pool) === undefined) throw failure(`pool '${pool}' does not exist`);
  const holder = holderOf(node, source);
  if (target !== undefined && !nodeNames(node).includes(target)) throw failure(`no such cluster node '${target}'`);
  // Every storage of the lab belongs to one node.
  if (target !== undefined && target !== holder)
    throw failure(`can't clone to non-shared storage '${storage ?? [...storages][0]}'`);
  if (storage !== undefined) {
    requireStorage(node, storage);
    if (isTemplate(source.config) && values.full !== "1") {
      throw parameterError({ storage: "parameter 'storage' not allowed for linked clones" });
    }
  }
  if (isTemplate(source.config) && values.full !== "1") {
    throw failure("linked clones are not modelled in the lab: clone with full=1");
  }
  requireUnlocked(node, source);
  if (node.machines.isRunning(vmid) && source.config.tpmstate0 !== undefined)
    throw failure("cannot clone TPM state while VM is running");
  if (node.store.vm(newid) !== undefined) throw failure(`unable to create VM ${newid}: config file already exists`);
  const empty: Vm = {
    vmid: newid,
    ...(source.node && { node: source.node }),
    config: {},
    pending: { set: {}, delete: [] },
    lock: "clone",
    volumes: {},
  };
  node.store.putVm(empty);
  const clone = async (log: TaskLog): Promise<void> => {
    try {
      const copy = copyOf(node, source, empty, storage, values);
      for (const [volume] of Object.entries(copy.volumes)) log(`create full clone of drive (${volume})`);
      node.store.putFirewall(newid, node.store.firewall(vmid));
      node.store.putVm({ ...omit(empty, "lock"), ...copy });
      if (pool !== undefined) {
        const members = node.store.pool(pool);
        if (members !== undefined) node.store.putPool({ ...members, vms: [...members.vms, newid] });
      }
    } catch (error) {
      node.store.removeVm(newid);
      throw failure(`clone failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    node.events.add("vm.cloned", { vmid: newid, source: vmid, name: values.name });
  };
  return node.tasks.run("qmclone", String(vmid), caller.id, clone, holder);
}
