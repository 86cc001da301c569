/**
 * Judges the nodes on which machines are created, and the storage there. Pure.
 */
import { ONE_NODE_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { VmConfig } from "@ghrunners/core/proxmox/answers";
import { settingOf } from "./settings-of";
import type { PreflightInputs } from "./args";
import { IMAGE_SETTING, sizeGiB } from "./judge-template";
import type { ImageObservation, PreflightProblem, ProxmoxObservation, StorageSeen } from "./observation";

/** Nodes that are used, each with the template on it and the settings that name the two. */
export function placesOf(inputs: PreflightInputs) {
  const { proxmox, runners } = inputs;
  const places = runners.map(({ node, templateId }, index) => {
    const isUsual = node === proxmox.node;
    const given = isUsual ? "proxmox.templateId" : `proxmox.templates.${node}`;
    const templateSetting = proxmox.image === undefined ? given : IMAGE_SETTING;
    return {
      node,
      templateId,
      setting: isUsual ? "proxmox.node" : `${settingOf(inputs, index)}.node`,
      templateSetting,
    };
  });
  return places.filter(({ node }, index) => places.findIndex((place) => place.node === node) === index);
}

/** @param setting the setting that names the node */
export function nodeProblems(node: string, setting: string, seen: ProxmoxObservation["nodes"]): PreflightProblem[] {
  if ("error" in seen) return [{ setting: "proxmox", reason: seen.error }];
  const found = seen.value.find((each) => each.node === node);
  if (found?.online === true) return [];
  const names = seen.value.map((each) => each.node).join(", ");
  return [
    {
      setting,
      reason:
        found === undefined
          ? `there is no node ${node}, seen: ${names}. Next: pulumi config set --path 'ghrunners:${setting}' NODE`
          : `the node ${node} is off or not reachable in the cluster. Expected it online. Next: start it, or run pvecm status on another node`,
    },
  ];
}

/** A primary and secondaries on one node stop together, so where there are several nodes one secondary is elsewhere. */
export function oneNodeProblems(inputs: PreflightInputs, seen: ProxmoxObservation["nodes"]): PreflightProblem[] {
  if (inputs.oneNodeAllowed || "error" in seen) return [];
  const primary = inputs.runners.find(({ role }) => role === "primary");
  const index = inputs.runners.findIndex(({ role }) => role === "secondary");
  if (primary === undefined || index < 0) return [];
  if (inputs.runners.some(({ role, node }) => role === "secondary" && node !== primary.node)) return [];
  const online = seen.value.filter((node) => node.online).map(({ node }) => node);
  const other = online.find((node) => node !== primary.node);
  if (other === undefined || !online.includes(primary.node)) return [];
  const setting = `runners[${index}].node`;
  return [
    {
      setting,
      reason:
        `primary and secondary are both on node ${primary.node}, and the cluster has another one: a node that fails would stop every runner. ` +
        `Expected a secondary on another node. Next: ` +
        (inputs.proxmox.image === undefined
          ? `make a template there (docs/how-to/template.md), pulumi config set --path 'ghrunners:proxmox.templates.${other}' VMID and `
          : "") +
        `pulumi config set --path 'ghrunners:${setting}' ${other}, ` +
        `or to do without it: pulumi config set --path 'ghrunners:safety.allowOneNode' '${ONE_NODE_WORDS}'`,
    },
  ];
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Storage types whose volumes only take up the space that was written. Source: Proxmox VE, Storage, "thin
 * provisioning".
 */
const thin = ["lvmthin", "rbd", "cephfs", "dir", "btrfs", "nfs", "cifs"];

/**
 * Space that a new machine takes up at once, bytes: on thin storage the size of the template's disk, else the size of
 * its own.
 * @param image of which the template is still to be made: at least its size is written. Undefined: there is none
 */
function bytesWritten(
  diskGiB: number,
  { type = "" }: StorageSeen,
  template: VmConfig | undefined,
  image: ImageObservation | undefined,
): number {
  const isThin = thin.includes(type);
  const disk = template?.scsi0;
  if (isThin && disk === undefined && image !== undefined)
    return image.download !== undefined && "value" in image.download ? (image.download.value.size ?? 0) : 0;
  const ofTemplate = isThin && typeof disk === "string" ? sizeGiB(disk) : undefined;
  return Math.min(diskGiB, ofTemplate ?? diskGiB) * 2 ** 30;
}

export function storageProblems(inputs: PreflightInputs, seen: ProxmoxObservation): PreflightProblem[] {
  return placesOf(inputs).flatMap(({ node, templateId }) => {
    const storage = seen.storages.get(node);
    if (storage === undefined) return [];
    if ("error" in storage) return [{ setting: "proxmox.storage", reason: storage.error }];
    const reason = storageReason(inputs, seen, { node, templateId, storage: storage.value });
    return reason === undefined ? [] : [{ setting: "proxmox.storage", reason }];
  });
}

/** Why the storage of one node does not take the new machines that belong on it. */
function storageReason(
  inputs: PreflightInputs,
  seen: ProxmoxObservation,
  { node, templateId, storage }: { readonly node: string; readonly templateId: number; readonly storage: StorageSeen },
): string | undefined {
  const name = inputs.proxmox.storage;
  const { content, active, total = Infinity, avail } = storage;
  const named = placesOf(inputs).length > 1 ? `${name} on node ${node}` : name;
  if (content !== undefined && !content.split(",").includes("images"))
    return `${named} holds ${content}. Expected a storage for VM disks (content images). Next: pulumi config set --path 'ghrunners:proxmox.storage' STORAGE, or on the node: pvesm set ${name} --content ${content},images`;
  if (active !== undefined && !active)
    return `${name} is not reachable from node ${node}. Expected it active. Next: pvesm status on the node`;
  const existing = "error" in seen.guests ? [] : seen.guests.value.map((guest) => guest.vmid);
  const missing = inputs.runners.filter((runner) => runner.node === node && !existing.includes(runner.vmId)).length;
  if (missing > 0 && inputs.diskGiB * 2 ** 30 > total)
    return `${named} has ${gib(total)} in total, expected ${gib(inputs.diskGiB * 2 ** 30)} for the disk of one VM. Next: another storage, or lower ghrunners:vm.diskGiB`;
  const needed = missing * bytesWritten(inputs.diskGiB, storage, seen.configs.get(templateId), seen.images.get(node));
  if (avail >= needed) return undefined;
  return `${named} has ${gib(avail)} free, expected ${gib(needed)} for ${missing} new ${missing === 1 ? "VM" : "VMs"}. Next: free space, or lower ghrunners:vm.diskGiB`;
}
