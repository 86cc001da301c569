import type { Parameter, Schema } from "../api/schema";
import { propertyString } from "../property-string";
import { cpuTypeIn, cpuTypeProblem } from "../cpu-models";
import { decodeSshKeys, isDnsName, normalizeTags } from "../values";
import * as formats from "./formats";

const text: Parameter = { type: "string", optional: true };
const flag: Parameter = { type: "boolean", optional: true };
const properties = (format: Parameters<typeof propertyString>[0]): Parameter => ({
  ...text,
  format: propertyString(format),
});
const choice = (...values: string[]): Parameter => ({ ...text, enum: values });
const indexed = (name: string, count: number, parameter: Parameter): Schema =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, parameter]));

/** Slots that hold a volume: a disk, a CD, or what the firmware remembers. */
const drives: Schema = {
  ...indexed("ide", 4, properties(formats.driveFormat)),
  ...indexed("sata", 6, properties(formats.driveFormat)),
  ...indexed("scsi", 31, properties(formats.driveFormat)),
  ...indexed("virtio", 16, properties(formats.driveFormat)),
  ...Object.fromEntries(formats.firmwareSlots.map((slot) => [slot, properties(formats.slotFormat(slot))])),
};

/**
 * Every option of a VM's configuration that the emulator knows (qemu-server, PVE::QemuServer `$confdesc`). Options that
 * need root on a real node are left out where no API token can ever set them.
 */
export const vmOptions: Schema = {
  acpi: flag,
  affinity: text,
  agent: properties(formats.agentFormat),
  arch: choice("x86_64", "aarch64"),
  args: text,
  audio0: text,
  autostart: flag,
  balloon: { type: "integer", optional: true, minimum: 0 },
  bios: choice("seabios", "ovmf"),
  boot: properties(formats.bootFormat),
  cicustom: text,
  cipassword: text,
  citype: choice("configdrive2", "nocloud", "opennebula"),
  ciupgrade: flag,
  ciuser: text,
  cores: { type: "integer", optional: true, minimum: 1 },
  cpu: {
    ...text,
    format: (value) => propertyString(formats.cpuFormat)(value) ?? cpuTypeProblem(cpuTypeIn(value)),
  },
  cpulimit: { type: "number", optional: true, minimum: 0, maximum: 128 },
  cpuunits: { type: "integer", optional: true, minimum: 1, maximum: 262144 },
  description: { ...text, maxLength: 8192 },
  freeze: flag,
  hookscript: text,
  hotplug: text,
  hugepages: choice("any", "2", "1024"),
  keyboard: text,
  keephugepages: flag,
  kvm: flag,
  localtime: flag,
  lock: text,
  machine: text,
  memory: properties(formats.memoryFormat),
  name: { ...text, format: (value) => (isDnsName(value) ? undefined : "value does not look like a valid DNS name") },
  nameserver: text,
  numa: flag,
  onboot: flag,
  ostype: choice(
    "other",
    "wxp",
    "w2k",
    "w2k3",
    "w2k8",
    "wvista",
    "win7",
    "win8",
    "win10",
    "win11",
    "l24",
    "l26",
    "solaris",
  ),
  protection: flag,
  reboot: flag,
  rng0: text,
  scsihw: choice("lsi", "lsi53c810", "virtio-scsi-pci", "virtio-scsi-single", "megasas", "pvscsi"),
  searchdomain: text,
  shares: { type: "integer", optional: true, minimum: 0, maximum: 50000 },
  smbios1: { ...text, maxLength: 512 },
  sockets: { type: "integer", optional: true, minimum: 1 },
  sshkeys: {
    ...text,
    pattern: /^[-%a-zA-Z0-9_.!~*'()]*$/,
    format: (value) => (decodeSshKeys(value) === undefined ? "invalid urlencoded string" : undefined),
  },
  startup: properties(formats.startupFormat),
  tablet: flag,
  tags: { ...text, format: (value) => (normalizeTags(value) === undefined ? `invalid characters in tag` : undefined) },
  template: flag,
  vcpus: { type: "integer", optional: true, minimum: 1 },
  vga: properties(formats.vgaFormat),
  vmgenid: text,
  vmstatestorage: text,
  watchdog: text,
  ...drives,
  ...indexed("hostpci", 16, text),
  ...indexed("ipconfig", 32, properties(formats.ipconfigFormat)),
  ...indexed("net", 32, properties(formats.netFormat)),
  ...indexed("numa", 8, text),
  ...indexed("serial", 4, { ...text, pattern: /^(\/dev\/.+|socket)$/ }),
  ...indexed("unused", 256, text),
  ...indexed("usb", 14, text),
};

export const isDriveSlot = (option: string): boolean => Object.hasOwn(drives, option);
export const isFirmwareSlot = (option: string): boolean => formats.firmwareSlots.includes(option);
export const isNic = (option: string): boolean => /^net\d+$/.test(option);

const privilegeOf: Readonly<Record<string, readonly string[]>> = {
  "VM.Config.CPU": ["affinity", "cores", "cpu", "cpulimit", "cpuunits", "numa", "sockets", "vcpus"],
  "VM.Config.Memory": ["memory", "balloon", "shares"],
  "VM.Config.HWType": [
    "acpi",
    "audio0",
    "hotplug",
    "kvm",
    "machine",
    "rng0",
    "scsihw",
    "smbios1",
    "tablet",
    "vga",
    "watchdog",
  ],
  "VM.Config.Options": [
    ...["agent", "autostart", "bios", "description", "keyboard", "localtime", "name", "onboot", "ostype", "protection"],
    ...["reboot", "startup", "tags", "template"],
  ],
  "VM.PowerMgmt": ["freeze"],
  "VM.Config.Disk": ["boot", "vmstatestorage"],
};

const cloudInit = ["cicustom", "citype", "ciupgrade", "ciuser", "nameserver", "searchdomain", "sshkeys"];

/**
 * Privileges on the VM of which one allows to change an option; drives and serial ports are judged by their value
 * (qemu-server, PVE::API2::Qemu `$check_vm_modify_config_perm`).
 * @returns `by-value` for those, and `root` for what no token may set
 */
export function privilegesForOption(option: string): readonly string[] | "by-value" | "root" {
  if (isDriveSlot(option) || /^(unused|serial|usb|hostpci)\d+$/.test(option)) return "by-value";
  if (/^numa\d+$/.test(option)) return ["VM.Config.CPU"];
  if (isNic(option)) return ["VM.Config.Network"];
  if (cloudInit.includes(option) || /^ipconfig\d+$/.test(option)) return ["VM.Config.Cloudinit", "VM.Config.Network"];
  const found = Object.entries(privilegeOf).find(([, options]) => options.includes(option));
  return found === undefined ? "root" : [found[0]];
}

const atOnce = [
  "lock",
  "name",
  "onboot",
  "shares",
  "startup",
  "description",
  "protection",
  "vmstatestorage",
  "hookscript",
  "tags",
];

/**
 * Whether a running VM takes the change at once; everything else waits for the next power cycle (default `hotplug`).
 */
export const appliesWhileRunning = (option: string): boolean =>
  atOnce.includes(option) ||
  isNic(option) ||
  (isDriveSlot(option) && !isFirmwareSlot(option)) ||
  /^unused\d+$/.test(option);
