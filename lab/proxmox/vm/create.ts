import { holdsAny, requireAll, type Caller } from "../access";
import { failure, parameterError, permissionError } from "../api/errors";
import type { Values } from "../api/schema";
import { requireCpuModel } from "../cpu-models";
import type { Vm } from "../model";
import type { ProxmoxNode } from "../node";
import { omit } from "../omit";
import type { TaskLog } from "../tasks";
import { drivesOf, readDrive } from "./config";
import { authorizeChange, checkConfig, newIdentity, normalizeValue, randomMac } from "./configure";
import { resolveDrive } from "./drives";
import { isDriveSlot, isFirmwareSlot } from "./options";
import { requireStorage } from "./storage";

/** Parameters that are no options of the VM. */
const control = ["vmid", "pool", "storage", "bwlimit"];
const notModelled = ["archive", "force", "unique", "live-restore", "start", "import-working-storage"];

function authorizeCreate(node: ProxmoxNode, caller: Caller, vm: Vm, values: Values, set: Values): void {
  const { pool, storage } = values;
  if (storage !== undefined) requireAll(caller, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  const viaPool = pool !== undefined && holdsAny(caller, `/pool/${pool}`, ["VM.Allocate"]);
  if (!viaPool && !holdsAny(caller, `/vms/${vm.vmid}`, ["VM.Allocate"]))
    throw permissionError(`/vms/${vm.vmid}`, ["VM.Allocate"]);
  requireCpuModel(node, caller, set, {});
  authorizeChange(node, caller, vm, { set, remove: [] });
  for (const [slot, text] of Object.entries(set).filter(([option]) => isDriveSlot(option))) {
    const { file, isCloudInit } = readDrive(slot, text);
    const target = requireStorageOf(node, file);
    if (target !== undefined && !isCloudInit && !(target.content ?? "images").split(",").includes("images"))
      throw parameterError({ storage: `storage '${target.id}' does not support vm images` });
  }
}

const requireStorageOf = (node: ProxmoxNode, file: string) =>
  file === "none" || file === "cdrom" ? undefined : requireStorage(node, file.split(":", 1)[0] ?? "");

/** The new VM's configuration, with the volumes that its drives became. */
async function made(node: ProxmoxNode, empty: Vm, set: Values, log: TaskLog): Promise<Vm> {
  let vm = empty;
  for (const [option, text] of Object.entries(set)) {
    if (!isDriveSlot(option)) {
      const value = normalizeValue(option, text, () => randomMac(node.environment.randomBytes(3)));
      vm = { ...vm, config: { ...vm.config, [option]: value } };
      continue;
    }
    const resolved = await resolveDrive(node, vm, option, text);
    vm = { ...vm, volumes: resolved.volumes, config: { ...vm.config, [option]: resolved.text } };
    log(`${option}: successfully created disk '${resolved.text}'`);
  }
  const disks = drivesOf(vm.config).flatMap(({ slot }) => (isFirmwareSlot(slot) ? [] : [slot]));
  const boot: Values = disks.length === 0 ? {} : { boot: `order=${disks.join(";")}` };
  vm = { ...vm, config: { ...boot, smbios1: newIdentity(node), ...vm.config } };
  checkConfig(vm);
  return vm;
}

/**
 * Makes a VM (PVE::API2::Qemu, create_vm). It holds `lock: create` and has no other option until it is whole; if that
 * fails, it is removed again.
 * @returns UPID
 */
export async function createVm(node: ProxmoxNode, caller: Caller, holder: string, values: Values): Promise<string> {
  const vmid = Number(values.vmid);
  const unknown = notModelled.find((name) => values[name] !== undefined);
  if (unknown !== undefined) throw failure(`${unknown} is not modelled in the lab: make a VM without it`);
  const { pool } = values;
  if (pool !== undefined && node.store.pool(pool) === undefined) throw failure(`pool '${pool}' does not exist`);
  const set = omit(values, ...control);
  const empty: Vm = {
    vmid,
    ...(holder !== node.seed.node && { node: holder }),
    config: {},
    pending: { set: {}, delete: [] },
    lock: "create",
    volumes: {},
  };
  authorizeCreate(node, caller, empty, values, set);
  const other = node.store.vm(vmid);
  if (other !== undefined)
    throw failure(`unable to create VM ${vmid} - VM ${vmid} already exists on node '${other.node ?? node.seed.node}'`);
  node.store.putVm(empty);
  const create = async (log: TaskLog): Promise<void> => {
    try {
      node.store.putVm(omit(await made(node, empty, set, log), "lock"));
      const members = pool === undefined ? undefined : node.store.pool(pool);
      if (members !== undefined) node.store.putPool({ ...members, vms: [...members.vms, vmid] });
    } catch (error) {
      node.store.removeVm(vmid);
      throw failure(`unable to create VM ${vmid} - ${error instanceof Error ? error.message : String(error)}`);
    }
    node.events.add("vm.created", { vmid, name: values.name });
  };
  return node.tasks.run("qmcreate", String(vmid), caller.id, create, holder);
}
