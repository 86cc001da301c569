import { createHash } from "node:crypto";
import type { Vm, StoredVmConfig } from "../model";
import { printProperties, readProperties, type Properties } from "../property-string";
import { netFormat, agentFormat, memoryFormat, slotFormat } from "./formats";
import { isDriveSlot, isFirmwareSlot, vmOptions } from "./options";

/** The configuration as it will be after the next power cycle. */
export function pendingConfig(vm: Vm): StoredVmConfig {
  const merged: Record<string, string> = { ...vm.config, ...vm.pending.set };
  for (const option of vm.pending.delete) delete merged[option];
  return merged;
}

/** SHA-1 over the configuration, by which a client notices that another client changed it. */
export function digestOf(vm: Vm): string {
  const sorted = (config: StoredVmConfig): [string, string][] =>
    Object.entries(config).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha1")
    .update(JSON.stringify([sorted(vm.config), sorted(vm.pending.set), [...vm.pending.delete].sort()]))
    .digest("hex");
}

/** As the API gives it: whole numbers and booleans as JSON numbers, everything else as text. */
export function configReply(vm: Vm, config: StoredVmConfig): Record<string, string | number> {
  const values = Object.entries(config).map(([option, value]): [string, string | number] => [
    option,
    (vmOptions[option]?.type ?? "string") === "string" ? value : Number(value),
  ]);
  return { ...Object.fromEntries(values), ...(vm.lock === undefined ? {} : { lock: vm.lock }), digest: digestOf(vm) };
}

export interface Drive {
  readonly slot: string;
  readonly properties: Properties;
  /** Volume id, or `none` or `cdrom`. */
  readonly file: string;
  readonly isCloudInit: boolean;
  readonly isCdrom: boolean;
}

export function readDrive(slot: string, text: string): Drive {
  const properties = readProperties(slotFormat(slot), text);
  const file = properties.file as string;
  return {
    slot,
    properties,
    file,
    isCloudInit: /(^|:)(cloudinit|(\d+\/)?vm-\d+-cloudinit(\.qcow2)?)$/.test(file),
    isCdrom: properties.media === "cdrom",
  };
}

/** A drive as its option's text, with some of its properties changed. */
export const printDrive = ({ slot, properties }: Drive, changes: Properties): string =>
  printProperties(slotFormat(slot), { ...properties, ...changes });

export const drivesOf = (config: StoredVmConfig): Drive[] =>
  Object.entries(config)
    .filter(([option]) => isDriveSlot(option))
    .map(([slot, text]) => readDrive(slot, text));

/** The disk that the VM boots from: the first of the boot order, else the first disk. */
export function bootDisk(config: StoredVmConfig): Drive | undefined {
  const disks = drivesOf(config).filter((drive) => !drive.isCdrom && !drive.isCloudInit && !isFirmwareSlot(drive.slot));
  const order = /order=([^,]*)/.exec(config.boot ?? "")?.[1]?.split(";") ?? [];
  return order.flatMap((slot) => disks.filter((drive) => drive.slot === slot))[0] ?? disks[0];
}

export const nicOf = (config: StoredVmConfig, option: string): Properties | undefined =>
  config[option] === undefined ? undefined : readProperties(netFormat, config[option]);

export const isAgentEnabled = (config: StoredVmConfig): boolean =>
  config.agent !== undefined &&
  ["1", "on", "yes", "true"].includes(readProperties(agentFormat, config.agent).enabled as string);

export const memoryMiB = (config: StoredVmConfig): number =>
  Number(config.memory === undefined ? 512 : readProperties(memoryFormat, config.memory).current);

export const cpuCount = (config: StoredVmConfig): number =>
  Number(config.vcpus ?? Number(config.cores ?? 1) * Number(config.sockets ?? 1));

export const isTemplate = (config: StoredVmConfig): boolean => config.template === "1";
