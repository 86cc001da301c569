/**
 * Whether a runner's machine can be cloned from the template. Pure.
 */
import type { ClusterGuest, VmConfig } from "@ghrunners/core/proxmox/answers";

/** Setting of a template that the program makes. */
export const IMAGE_SETTING = "proxmox.image";

/** The document that describes how to make the template. */
const RECIPE = "docs/how-to/template.md";

const isDisk = (slot: string, value: unknown): value is string =>
  /^(ide|sata|scsi|virtio)\d+$/.test(slot) &&
  typeof value === "string" &&
  !/[:,](media=cdrom|cloudinit)|-cloudinit/.test(value);

/** A size as Proxmox VE prints it, such as `2252M`, in GiB; undefined if there is none. */
export function sizeGiB(drive: string): number | undefined {
  const [, number, unit = ""] = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT]?)/.exec(drive) ?? [];
  if (number === undefined) return undefined;
  const exponent = { "": 0, K: 1, M: 2, G: 3, T: 4 }[unit] ?? 0;
  return (Number(number) * 1024 ** exponent) / 1024 ** 3;
}

/** What a machine is cloned from. */
export interface TemplateRequirement {
  /** Node that has to hold the template. */
  readonly node: string;
  readonly templateId: number;
  /** Setting that names the template. Default: proxmox.templateId. */
  readonly setting?: string;
  /** Disk that the machine is to have, GiB. */
  readonly diskGiB: number;
}

/**
 * Reasons why no machine can be cloned, each with the command that corrects it; empty if one can be cloned.
 * @param config the template's configuration; undefined where it could not be read, which is no reason
 */
export function templateReasons(
  { node, templateId, diskGiB, setting = "proxmox.templateId" }: TemplateRequirement,
  guests: readonly ClusterGuest[],
  config: VmConfig | undefined,
): string[] {
  const template = guests.find(({ vmid }) => vmid === templateId);
  if (template?.template === true && template.node === node)
    return config === undefined ? [] : shapeProblems(templateId, config, diskGiB);
  const found =
    template === undefined
      ? "no such VM"
      : !template.template
        ? `${template.name}, which is a VM and not a template`
        : `a template on node ${template.node}`;
  const next =
    setting === IMAGE_SETTING
      ? "pulumi up --refresh, which makes it again"
      : `make it as ${RECIPE} says, or pulumi config set --path 'ghrunners:${setting}' VMID`;
  return [
    `VMID ${templateId}: seen ${found}, expected a template on node ${node} that the token may see. Next: ${next}`,
  ];
}

/**
 * What is wrong with a template's drives, each with the command that corrects it. The machine's disk is scsi0: the
 * provider adds an empty one if the clone has none, and a clone keeps the template's controller and boot order.
 * Source: bpg/terraform-provider-proxmox 0.111, vmCreateClone and disk.UpdateClone.
 *
 * @param config the template's configuration as Proxmox VE answers it
 * @param diskGiB intended size of the machine's disk
 */
function shapeProblems(templateId: number, config: VmConfig, diskGiB: number): string[] {
  const problems: string[] = [];
  const add = (seen: string, expected: string, next: string): void =>
    void problems.push(`the template ${templateId} has ${seen}. Expected ${expected}. Next: ${next}`);
  const disks = Object.entries(config).filter(([slot, value]) => isDisk(slot, value)) as [string, string][];
  const scsi0 = disks.find(([slot]) => slot === "scsi0")?.[1];
  const anew = `make the template as ${RECIPE} says, or on the node`;
  if (scsi0 === undefined) {
    const [slot, value = ""] = disks[0] ?? [];
    const volume = value.split(",", 1)[0];
    const moved = `--scsi0 ${volume} --scsihw virtio-scsi-pci --boot order=scsi0`;
    add(
      slot === undefined ? "no disk" : `its disk at ${disks.map(([name]) => name).join(", ")}`,
      "its system on scsi0: a clone would start from an empty disk",
      slot === undefined
        ? `make the template as ${RECIPE} says`
        : `${anew}: qm set ${templateId} --delete ${slot} && qm set ${templateId} ${moved}`,
    );
    return problems;
  }
  const order = bootOrder(config);
  if (order !== undefined && order !== "scsi0")
    add(`${order} first in its boot order`, "scsi0", `${anew}: qm set ${templateId} --boot order=scsi0`);
  const controller = typeof config.scsihw === "string" ? config.scsihw : "lsi";
  if (!controller.startsWith("virtio-scsi"))
    add(
      `the SCSI controller ${controller}`,
      "virtio-scsi-pci or virtio-scsi-single: kernels of cloud images have drivers for no other",
      `${anew}: qm set ${templateId} --scsihw virtio-scsi-pci`,
    );
  const size = sizeGiB(scsi0);
  if (size !== undefined && size > diskGiB)
    add(
      `a disk of ${size.toFixed(1)} GiB`,
      `${diskGiB} GiB (ghrunners:vm.diskGiB) or less, because a disk is never made smaller`,
      `pulumi config set --path 'ghrunners:vm.diskGiB' ${Math.ceil(size)}`,
    );
  const custom = typeof config.cicustom === "string" ? config.cicustom : "";
  if (/(^|,)(user|network)=/.test(custom))
    add(
      `cloud-init files of its own (cicustom: ${custom})`,
      "none for user or network, because they replace the machine's key and address",
      `${anew}: qm set ${templateId} --delete cicustom`,
    );
  return problems;
}

/** The device that the machine boots first; undefined if Proxmox VE uses the first disk. */
function bootOrder({ boot, bootdisk }: VmConfig): string | undefined {
  const order = typeof boot === "string" ? /(?:^|,)order=([^;,]+)/.exec(boot)?.[1] : undefined;
  return order ?? (typeof bootdisk === "string" ? bootdisk : undefined);
}
