import { requireAll, requireAny, type Caller } from "../access";
import { failure, parameterError } from "../api/errors";
import type { Values } from "../api/schema";
import { requireCpuModel } from "../cpu-models";
import type { Vm } from "../model";
import { requireUnlocked, requireVm, type ProxmoxNode } from "../node";
import { omit } from "../omit";
import { printProperties, readProperties } from "../property-string";
import { normalizeTags } from "../values";
import { bridgePath } from "../sdn";
import { digestOf, memoryMiB, pendingConfig, readDrive } from "./config";
import { releaseDrive, resolveDrive } from "./drives";
import { netFormat } from "./formats";
import { applyNicSettings } from "./guest";
import { appliesWhileRunning, isDriveSlot, isNic, privilegesForOption, vmOptions } from "./options";

/** A change to a VM's configuration, as the API takes it. */
export interface ConfigChange {
  readonly set: Values;
  readonly remove: readonly string[];
  readonly digest?: string;
}

/** Parameters of a config call that are no options. */
const control = ["delete", "digest", "revert", "skiplock", "force", "background_delay"];

/** @throws ProxmoxApiError 400 for unknown options in `delete` and for one that is set and deleted at once */
export function readChange(values: Values): ConfigChange {
  const remove = (values.delete ?? "").split(/[,;\s]+/).filter((option) => option !== "");
  for (const option of remove) {
    if (values[option] !== undefined)
      throw parameterError({ delete: `can't use '-${option}' and -delete ${option} at the same time` });
    if (!Object.hasOwn(vmOptions, option)) throw parameterError({ delete: `unknown option '${option}'` });
  }
  const set = Object.fromEntries(Object.entries(values).filter(([option]) => !control.includes(option)));
  return { set, remove, ...(values.digest === undefined ? {} : { digest: values.digest }) };
}

/** @throws ProxmoxApiError 400 or 403, as PVE::API2::Qemu `$check_storage_access` for a drive's source */
function authorizeImport(caller: Caller, slot: string, text: string): void {
  const { file, properties } = readDrive(slot, text);
  const source = properties["import-from"];
  if (source === undefined) return;
  if (!/^[^/:\s]+:0(\.0+)?$/.test(file))
    throw parameterError({ [slot]: "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>" });
  const [, storage] = /^([^:/\s]+):import\/[^/]+$/.exec(source) ?? [];
  if (storage === undefined)
    throw failure(`import-from=${source} is not modelled in the lab: use a volume of the content import`);
  requireAny(caller, `/storage/${storage}`, ["Datastore.AllocateSpace", "Datastore.Audit"]);
}

/** @throws ProxmoxApiError 403 that names the path and the privilege */
export function authorizeChange(node: ProxmoxNode, caller: Caller, vm: Vm, change: ConfigChange): void {
  const path = `/vms/${vm.vmid}`;
  for (const [slot, text] of Object.entries(change.set).filter(([option]) => isDriveSlot(option))) {
    const drive = readDrive(slot, text);
    authorizeImport(caller, slot, text);
    if (drive.file === "cdrom") requireAll(caller, "/", ["Sys.Console"]);
    else if (drive.file !== "none" && !drive.isCloudInit) {
      requireAll(caller, `/storage/${drive.file.split(":", 1)[0]}`, ["Datastore.AllocateSpace"]);
    }
    requireAll(caller, path, [drive.isCdrom || drive.isCloudInit ? "VM.Config.CDROM" : "VM.Config.Disk"]);
  }
  const present = pendingConfig(vm);
  for (const slot of change.remove.filter((option) => isDriveSlot(option) && present[option] !== undefined)) {
    const drive = readDrive(slot, present[slot] as string);
    requireAll(caller, path, [drive.isCdrom || drive.isCloudInit ? "VM.Config.CDROM" : "VM.Config.Disk"]);
  }
  for (const option of [...change.remove, ...Object.keys(change.set)]) {
    const privileges = privilegesForOption(option);
    if (privileges === "root") throw failure(`only root can set '${option}' config`);
    if (privileges !== "by-value") requireAny(caller, path, privileges);
    // The order at the start of the node concerns the whole node.
    if (option === "startup") requireAll(caller, "/", ["Sys.Modify"]);
  }
  for (const [option, text] of Object.entries(change.set)) {
    if (/^serial\d+$/.test(option)) {
      if (text !== "socket") throw failure(`only root can set '${option}' config for real devices`);
      requireAll(caller, path, ["VM.Config.HWType"]);
    }
    if (!isNic(option)) continue;
    const { bridge, tag } = readProperties(netFormat, text);
    if (bridge !== undefined)
      requireAll(caller, `${bridgePath(node, bridge)}${tag === undefined ? "" : `/${tag}`}`, ["SDN.Use"]);
  }
}

/** A MAC address as Proxmox VE makes it: its own prefix, then chance. */
export const randomMac = (bytes: Buffer): string =>
  `BC:24:11:${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":")}`.toUpperCase();

/** A new machine's identity for its firmware, the option `smbios1`. */
export function newIdentity(node: ProxmoxNode): string {
  const hex = node.environment.randomBytes(16).toString("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `uuid=${parts.join("-")}`;
}

/** Values as they are kept: NICs with a MAC address, tags sorted. Drives are resolved apart, because they allocate. */
export function normalizeValue(option: string, text: string, mac: () => string): string {
  if (option === "tags") return normalizeTags(text) ?? text;
  if (!isNic(option)) return text;
  const nic = readProperties(netFormat, text);
  return printProperties(netFormat, { ...nic, macaddr: (nic.macaddr ?? mac()).toUpperCase() });
}

/** The VM with one option set, at once or pending. */
function withOption(vm: Vm, option: string, value: string, running: boolean): Vm {
  const set = omit(vm.pending.set, option);
  const pending = { set, delete: vm.pending.delete.filter((entry) => entry !== option) };
  if (!running || appliesWhileRunning(option)) return { ...vm, config: { ...vm.config, [option]: value }, pending };
  // A value that the running VM has already is not pending.
  return { ...vm, pending: vm.config[option] === value ? pending : { ...pending, set: { ...set, [option]: value } } };
}

/** The VM with one option deleted, at once or pending. An option that is not there is no error. */
function withoutOption(vm: Vm, option: string, running: boolean): Vm {
  const set = omit(vm.pending.set, option);
  const rest = vm.pending.delete.filter((entry) => entry !== option);
  if (vm.config[option] === undefined) return { ...vm, pending: { set, delete: rest } };
  if (running && !appliesWhileRunning(option)) return { ...vm, pending: { set, delete: [...rest, option] } };
  const { [option]: text = "", ...config } = vm.config;
  const released = isDriveSlot(option)
    ? releaseDrive(config, vm.volumes, readDrive(option, text))
    : { config, volumes: vm.volumes };
  return { ...vm, ...released, pending: { set, delete: rest } };
}

/** The VM after a power cycle: what was pending holds. */
export function applyPending(vm: Vm): Vm {
  return { ...vm, config: pendingConfig(vm), pending: { set: {}, delete: [] } };
}

/** @throws ProxmoxApiError 400 for options that do not fit together */
export function checkConfig(vm: Vm): void {
  const config = pendingConfig(vm);
  if (config.balloon !== undefined && Number(config.balloon) > memoryMiB(config)) {
    throw parameterError({ balloon: "balloon value too large (must be smaller than assigned memory)" });
  }
  const order = /order=([^,]*)/.exec(config.boot ?? "")?.[1]?.split(";") ?? [];
  const missing = order.find((device) => device !== "" && config[device] === undefined);
  if (missing !== undefined) throw parameterError({ boot: `invalid bootorder: device '${missing}' does not exist'` });
}

/**
 * Changes a VM's configuration: first what is deleted, then what is set (PVE::API2::Qemu, update_vm).
 * @throws ProxmoxApiError in Proxmox VE's words; then nothing was changed
 */
export async function changeConfig(node: ProxmoxNode, caller: Caller, vmid: number, values: Values): Promise<void> {
  const change = readChange(values);
  if (change.set.cipassword !== undefined) {
    throw failure("cipassword is not modelled in the lab: give the user an SSH key (sshkeys)");
  }
  const vm = requireVm(node, vmid);
  requireCpuModel(node, caller, change.set, vm.config);
  authorizeChange(node, caller, vm, change);
  await node.exclusive(vmid, async () => {
    let changed = requireVm(node, vmid);
    requireUnlocked(node, changed);
    if (change.digest !== undefined && change.digest !== digestOf(changed)) {
      throw failure("detected modified configuration - file changed by other user? Try again.");
    }
    const running = node.machines.isRunning(vmid);
    for (const option of change.remove) changed = withoutOption(changed, option, running);
    for (const [option, text] of Object.entries(change.set)) {
      if (isDriveSlot(option)) {
        const resolved = await resolveDrive(node, changed, option, text);
        changed = withOption({ ...changed, volumes: resolved.volumes }, option, resolved.text, running);
      } else {
        changed = withOption(
          changed,
          option,
          normalizeValue(option, text, () => randomMac(node.environment.randomBytes(3))),
          running,
        );
      }
    }
    checkConfig(changed);
    node.store.putVm(changed);
    node.events.add("vm.configured", { vmid, set: Object.keys(change.set), deleted: change.remove, running });
    if (running && [...Object.keys(change.set), ...change.remove].some(isNic)) await applyNicSettings(node, changed);
  });
}
