import { isIPv4 } from "node:net";
import type { Parameter } from "../api/schema";
import type { PropertyFormat } from "../property-string";
import { isCidr, parseSize } from "../values";

const text: Parameter = { type: "string", optional: true };
const flag: Parameter = { type: "boolean", optional: true };
const whole: Parameter = { type: "integer", optional: true, minimum: 0 };
const number: Parameter = { type: "number", optional: true, minimum: 0 };
const size: Parameter = {
  type: "string",
  optional: true,
  format: (value) => (parseSize(value) === undefined ? "value does not look like a valid disk size" : undefined),
};
const mac: Parameter = { type: "string", optional: true, pattern: /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/i };

export const nicModels = ["e1000", "e1000e", "rtl8139", "virtio", "vmxnet3"] as const;

/** `net[n]`. */
export const netFormat: PropertyFormat = {
  keys: {
    model: { type: "string", enum: nicModels },
    macaddr: mac,
    bridge: text,
    firewall: flag,
    link_down: flag,
    mtu: { type: "integer", optional: true, minimum: 1, maximum: 65520 },
    queues: { type: "integer", optional: true, minimum: 0, maximum: 64 },
    rate: number,
    tag: { type: "integer", optional: true, minimum: 1, maximum: 4094 },
    trunks: text,
  },
  defaultKey: "model",
  pairs: { names: nicModels, key: "model", value: "macaddr" },
};

const throughput = ["iops", "iops_max", "iops_rd", "iops_rd_max", "iops_wr", "iops_wr_max"];
const bandwidth = ["mbps", "mbps_max", "mbps_rd", "mbps_rd_max", "mbps_wr", "mbps_wr_max"];

/** `scsi[n]`, `virtio[n]`, `sata[n]`, `ide[n]`. */
export const driveFormat: PropertyFormat = {
  keys: {
    file: { type: "string" },
    media: { type: "string", optional: true, enum: ["cdrom", "disk"] },
    size,
    aio: { type: "string", optional: true, enum: ["native", "threads", "io_uring"] },
    backup: flag,
    cache: { type: "string", optional: true, enum: ["none", "writethrough", "writeback", "unsafe", "directsync"] },
    discard: { type: "string", optional: true, enum: ["ignore", "on"] },
    format: { type: "string", optional: true, enum: ["raw", "qcow2", "vmdk"] },
    "import-from": text,
    iothread: flag,
    product: text,
    queues: whole,
    replicate: flag,
    ro: flag,
    serial: text,
    shared: flag,
    snapshot: flag,
    ssd: flag,
    werror: text,
    rerror: text,
    wwn: text,
    ...Object.fromEntries(throughput.map((key) => [key, whole])),
    ...Object.fromEntries(bandwidth.map((key) => [key, number])),
  },
  defaultKey: "file",
};

/** `efidisk0`: the variables of UEFI, among them its boot entries and the keys of Secure Boot. */
const efiDiskFormat: PropertyFormat = {
  keys: {
    file: { type: "string" },
    efitype: { type: "string", optional: true, enum: ["2m", "4m"] },
    format: { type: "string", optional: true, enum: ["raw", "qcow2", "vmdk"] },
    "import-from": text,
    "ms-cert": text,
    "pre-enrolled-keys": flag,
    size,
  },
  defaultKey: "file",
};

/** `tpmstate0`: what an emulated TPM remembers. */
const tpmStateFormat: PropertyFormat = {
  keys: {
    file: { type: "string" },
    "import-from": text,
    size,
    version: { type: "string", optional: true, enum: ["v1.2", "v2.0"] },
  },
  defaultKey: "file",
};

const firmwareFormats: Readonly<Record<string, PropertyFormat>> = {
  efidisk0: efiDiskFormat,
  tpmstate0: tpmStateFormat,
};

/** Slots of volumes that the firmware keeps its state in. No guest sees them as disks, and none is added to a running VM. */
export const firmwareSlots: readonly string[] = Object.keys(firmwareFormats);

/** Format of a slot that holds a volume (qemu-server, PVE::QemuServer::Drive `$drivedesc_hash`). */
export const slotFormat = (slot: string): PropertyFormat => firmwareFormats[slot] ?? driveFormat;

const addressOr =
  (...words: string[]) =>
  (value: string): string | undefined =>
    words.includes(value) || isCidr(value) ? undefined : "value does not look like a valid CIDR network";

/** `ipconfig[n]`. */
export const ipconfigFormat: PropertyFormat = {
  keys: {
    ip: { type: "string", optional: true, format: addressOr("dhcp") },
    gw: {
      type: "string",
      optional: true,
      format: (value) => (isIPv4(value) ? undefined : "value does not look like a valid ipv4 address"),
    },
    ip6: { type: "string", optional: true, format: addressOr("dhcp", "auto") },
    gw6: text,
  },
};

/** `agent`. */
export const agentFormat: PropertyFormat = {
  keys: {
    enabled: { type: "boolean" },
    fstrim_cloned_disks: flag,
    "freeze-fs-on-backup": flag,
    type: { type: "string", optional: true, enum: ["virtio", "isa"] },
  },
  defaultKey: "enabled",
};

/** `startup`. */
export const startupFormat: PropertyFormat = { keys: { order: whole, up: whole, down: whole } };

/** `boot`; `legacy` is the form before `order=`. */
export const bootFormat: PropertyFormat = {
  keys: { order: text, legacy: { type: "string", optional: true, pattern: /^[acdn]{1,4}$/ } },
  defaultKey: "legacy",
};

/** `cpu`. */
export const cpuFormat: PropertyFormat = {
  keys: {
    cputype: { type: "string", pattern: /^[a-zA-Z0-9._-]+$/ },
    flags: text,
    hidden: flag,
    "hv-vendor-id": text,
    "guest-phys-bits": whole,
    "phys-bits": text,
    "reported-model": text,
  },
  defaultKey: "cputype",
};

/** `vga`. */
export const vgaFormat: PropertyFormat = {
  keys: {
    type: {
      type: "string",
      optional: true,
      enum: [
        "cirrus",
        "qxl",
        "qxl2",
        "qxl3",
        "qxl4",
        "none",
        "serial0",
        "serial1",
        "serial2",
        "serial3",
        "std",
        "virtio",
        "virtio-gl",
        "vmware",
      ],
    },
    memory: { type: "integer", optional: true, minimum: 4, maximum: 512 },
    clipboard: { type: "string", optional: true, enum: ["vnc"] },
  },
  defaultKey: "type",
};

/** `memory`. */
export const memoryFormat: PropertyFormat = {
  keys: { current: { type: "integer", minimum: 16 } },
  defaultKey: "current",
};
