/** Templates as people have them, what the preview has to say of each, and a Proxmox VE that has them all. Data. */
import { topology } from "../topology";
import type { ProxmoxSeed } from "../proxmox/seed";
import type { ExpectedOutcome } from "./row";

type TemplateSeed = ProxmoxSeed["template"];

const GiB = 2 ** 30;
/** Storage whose disks are files. */
export const FILES = "files";

/** Templates beside the usual one: in what they differ from it. */
const shapes = {
  "its disk on virtio0": { config: { scsi0: "", virtio0: "DISK,size=2G", boot: "order=virtio0" } },
  "cloud-init on scsi1": { config: { ide2: "", scsi1: "CLOUDINIT,media=cdrom,size=4M" } },
  "a larger disk than vm.diskGiB": { diskGiB: 8 },
  "no SCSI controller": { config: { scsihw: "" } },
  "the guest agent off": { config: { agent: "enabled=0" } },
  "qcow2 on a directory": { storage: FILES },
  "no cloud-init drive": { config: { ide2: "" } },
  "q35 with OVMF, cloud-init on ide3": {
    config: {
      bios: "ovmf",
      machine: "q35",
      efidisk0: "EFI,efitype=4m,pre-enrolled-keys=1,size=4M",
      ide2: "",
      ide3: "CLOUDINIT,media=cdrom,size=4M",
    },
  },
  "q35 with OVMF and a TPM, cloud-init on scsi1": {
    config: {
      bios: "ovmf",
      machine: "pc-q35-9.2",
      efidisk0: "EFI,efitype=4m,pre-enrolled-keys=0,size=4M",
      tpmstate0: "TPM,size=4M,version=v2.0",
      ide2: "",
      scsi1: "CLOUDINIT,media=cdrom,size=4M",
    },
  },
} as const satisfies Readonly<Record<string, Partial<TemplateSeed>>>;

export type TemplateShape = keyof typeof shapes;

const names = Object.keys(shapes) as TemplateShape[];

/** In what the template differs from the usual one. */
export const shapeOf = (shape: TemplateShape): Partial<TemplateSeed> => shapes[shape];

/** VMID of the template in {@link withTemplates}: the numbers after the usual one's. */
export const vmIdOf = (shape: TemplateShape): number => topology.proxmox.template.vmid + 1 + names.indexOf(shape);

interface AclEntry {
  readonly path: string;
  readonly privileges: readonly string[];
}

const withStorage = (
  usual: ProxmoxSeed,
  storage: ProxmoxSeed["storages"][number],
  acl: readonly AclEntry[],
): ProxmoxSeed => ({
  ...usual,
  storages: [...usual.storages, storage],
  tokens: usual.tokens.map((token) => ({
    ...token,
    acl: [...token.acl, ...acl.map(({ path, privileges }) => ({ path, privileges: [...privileges] }))],
  })),
});

/** The same Proxmox VE with every template of this file, and with the storage {@link FILES}. */
export const withTemplates = (usual: ProxmoxSeed): ProxmoxSeed => ({
  ...withStorage(usual, { id: FILES, type: "dir", totalBytes: 256 * GiB }, [
    { path: `/storage/${FILES}`, privileges: ["Datastore.Audit", "Datastore.AllocateSpace"] },
  ]),
  otherTemplates: names.map((shape) => ({ ...usual.template, ...shapeOf(shape), vmid: vmIdOf(shape) })),
});

/** The same Proxmox VE with a storage for images, and a token that may let the node download one. */
export const withImageStorage = (usual: ProxmoxSeed): ProxmoxSeed =>
  withStorage(usual, { id: "local", type: "dir", totalBytes: 64 * GiB, content: "iso,vztmpl,import" }, [
    { path: "/storage/local", privileges: ["Datastore.Audit", "Datastore.AllocateTemplate"] },
    { path: "/nodes", privileges: ["Sys.AccessNetwork"] },
  ]);

/** One row: a template, and what `pulumi preview` has to do and say. */
export interface TemplateRow extends ExpectedOutcome {
  readonly template: string;
  /** VMID of `proxmox.templateId`; undefined where `proxmox.image` is set instead. */
  readonly vmId: number | undefined;
  /** What the preview would make. */
  readonly makes: { readonly templates: number; readonly machines: number };
}

const nothing = { templates: 0, machines: 0 };
const machines = { templates: 0, machines: 2 };

const fits = (shape: TemplateShape): TemplateRow => ({
  template: shape,
  vmId: vmIdOf(shape),
  outcome: "goes through",
  makes: machines,
  says: [],
});
const refused = (shape: TemplateShape, ...says: string[]): TemplateRow => ({
  template: shape,
  vmId: vmIdOf(shape),
  outcome: "refused",
  makes: nothing,
  says: [`ghrunners:proxmox.templateId: the template ${vmIdOf(shape)} has `, ...says],
});

const MISSING = 8999;

export const templateRows: readonly TemplateRow[] = [
  {
    template: "the usual one: disk on scsi0, cloud-init on ide2, virtio-scsi-pci",
    vmId: topology.proxmox.template.vmid,
    outcome: "goes through",
    makes: machines,
    says: [],
  },
  fits("cloud-init on scsi1"),
  fits("no cloud-init drive"),
  fits("the guest agent off"),
  fits("qcow2 on a directory"),
  fits("q35 with OVMF, cloud-init on ide3"),
  fits("q35 with OVMF and a TPM, cloud-init on scsi1"),
  refused(
    "its disk on virtio0",
    "has its disk at virtio0. Expected its system on scsi0: a clone would start from an empty disk.",
  ),
  refused(
    "a larger disk than vm.diskGiB",
    "has a disk of 8.0 GiB. Expected 4 GiB (ghrunners:vm.diskGiB) or less, because a disk is never made smaller.",
    "Next: pulumi config set --stack ",
    " --path 'ghrunners:vm.diskGiB' 8",
  ),
  refused("no SCSI controller", "has the SCSI controller lsi. Expected virtio-scsi-pci or virtio-scsi-single"),
  {
    template: "missing",
    vmId: MISSING,
    outcome: "refused",
    makes: nothing,
    says: [
      `ghrunners:proxmox.templateId: VMID ${MISSING}: seen no such VM, expected a template on node pve-lab`,
      "Next: make it as docs/how-to/template.md says, or pulumi config set --stack ",
      " --path 'ghrunners:proxmox.templateId' VMID",
    ],
  },
  {
    template: "proxmox.image",
    vmId: undefined,
    outcome: "goes through",
    makes: { templates: 1, machines: 2 },
    says: [],
  },
];
