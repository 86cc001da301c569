/**
 * The dynamic resource ImageTemplate: a template that Proxmox VE's API makes of a cloud image. A changed image is
 * another VMID, so the engine makes the new template first, then replaces the machines, and deletes the old template
 * last: full clones do not need it. What an interrupted run left carries our mark and is adopted if complete, else made
 * again.
 */
import { randomBytes } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterGuest, VmConfig } from "@ghrunners/core/proxmox/answers";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { checksumAlgorithm } from "@ghrunners/core/proxmox/image";
import { poll } from "@ghrunners/core/until";
import { DynamicResource, type Inputs } from "./dynamic-resource";
import { configure, packageSecret } from "./provider-access";

/** Time limit of the download, and of the import of the disk. A node may have a slow line and slow disks. */
const LONG_LIMIT_MS = 60 * 60_000;
/** Time limit of everything else. */
const LIMIT_MS = 300_000;

export interface ImageTemplateInputs {
  /** Address of Proxmox VE's API. */
  readonly endpoint: string;
  /** Node that holds the template. */
  readonly node: string;
  readonly vmId: number;
  /** Its name; a DNS name. */
  readonly name: string;
  /** Its notes: whose it is, and of which image. */
  readonly mark: string;
  /** Where the node downloads the image. */
  readonly url: string;
  /** SHA-512 or SHA-256 of the image. */
  readonly checksum: string;
  /** Name of the image's file. */
  readonly file: string;
  /** Storage that keeps the file. */
  readonly imageStorage: string;
  /** Storage of the template's disk and cloud-init drive. */
  readonly storage: string;
  /** Resource pool of the template; null: none. */
  readonly pool: string | null;
}

export interface ImageTemplateState extends ImageTemplateInputs {
  /** The VMID, known when the template is complete. */
  readonly templateId: number;
  /**
   * Tag of the template that says which entry of the state it belongs to. A run that fails after a change of the image
   * leaves the old template to be deleted; if the next run returns to that image it adopts the template, and the tag
   * keeps the delete that is still due away from it.
   */
  readonly owner: string;
}

type Client = Pick<
  ProxmoxClient,
  "guests" | "vmConfig" | "removeVm" | "downloadImage" | "createVm" | "setTags" | "makeTemplate" | "isFreeVmId"
>;

const clientOf = ({ endpoint }: Pick<ImageTemplateInputs, "endpoint">): ProxmoxClient =>
  new ProxmoxClient({ endpoint, token: packageSecret("proxmoxToken") });

/** The guest with the VMID, once Proxmox VE has finished making it: until then it has no notes. */
async function holderOf(
  proxmox: Pick<Client, "guests" | "vmConfig">,
  vmId: number,
  limitMs = LONG_LIMIT_MS,
): Promise<{ guest: ClusterGuest; config: VmConfig } | undefined> {
  const look = async () => {
    const guest = (await proxmox.guests()).find(({ vmid }) => vmid === vmId);
    if (guest === undefined) return undefined;
    // A VM whose creation fails is removed between the two requests.
    const config = await proxmox.vmConfig(guest.node, vmId, guest.type).catch(() => undefined);
    return config && { guest, config };
  };
  return poll(look, (seen) => seen?.config.lock !== "create", { limitMs, pauseMs: 1_000 });
}

const tagsOf = (owner: string): string[] => ["ghrunners", owner];

const isOwnedBy = ({ tags }: VmConfig, owner: string): boolean =>
  typeof tags === "string" && tags.split(/[;, ]/).includes(owner);

/** What a VM is made of, as its configuration. Pure. Source: the recipe in docs/how-to/template.md. */
export function templateOptions(inputs: ImageTemplateInputs, owner: string): Record<string, string> {
  const { vmId, name, mark, storage, imageStorage, file, pool } = inputs;
  return {
    vmid: String(vmId),
    name,
    description: mark,
    ostype: "l26",
    scsihw: "virtio-scsi-pci",
    // The size follows from the image. Source: qemu-server, PVE/API2/Qemu.pm:
    // "use <storage ID>:0,import-from=<source>".
    scsi0: `${storage}:0,import-from=${imageStorage}:import/${file}`,
    ide2: `${storage}:cloudinit`,
    boot: "order=scsi0",
    serial0: "socket",
    agent: "enabled=1",
    tags: tagsOf(owner).join(";"),
    ...(pool !== null && { pool }),
  };
}

/** @throws Error in words: what was seen, what was expected, what to do */
async function download(proxmox: Client, inputs: ImageTemplateInputs): Promise<void> {
  const { node, imageStorage, file, url, checksum } = inputs;
  try {
    await proxmox.downloadImage(node, imageStorage, { url, file, checksum }, LONG_LIMIT_MS);
  } catch (error) {
    const { message } = error as Error;
    // Source of the words: pve-common, PVE/Tools.pm, download_file_from_url.
    const got = /checksum mismatch: got '([0-9a-f]+)'/.exec(message)?.[1];
    if (got === undefined) throw new Error(`The image ${url} was not downloaded to ${imageStorage}: ${message}`);
    const [kind, list] =
      checksumAlgorithm(checksum) === "sha256" ? ["SHA-256", "SHA256SUMS"] : ["SHA-512", "SHA512SUMS"];
    const old = message.includes("aborting")
      ? `Next: on ${node}, pvesm free ${imageStorage}:import/${file}, then pulumi up`
      : `Next: compare with the ${list} of the image's publisher. If the publisher has changed the file, give the URL and ` +
        "checksum of a dated build (ghrunners:proxmox.image); if not, do not use the file";
    throw new Error(
      `The image ${url} has the ${kind} ${got}. Expected ${checksum} (ghrunners:proxmox.image.checksum). ` +
        `Nothing was made of it. ${old}`,
    );
  }
}

/**
 * Makes the template, or finds it complete.
 * @throws Error if the VMID is used by something else, or a step fails; then no half-made template is left
 */
export async function makeTemplate(proxmox: Client, inputs: ImageTemplateInputs): Promise<ImageTemplateState> {
  const { node, vmId, mark } = inputs;
  const owner = `state-${randomBytes(6).toString("hex")}`;
  const state = { ...inputs, templateId: vmId, owner };
  const holder = await holderOf(proxmox, vmId);
  if (holder !== undefined) {
    const { guest, config } = holder;
    if (config.description?.trim() !== mark || guest.node !== node) throw new Error(usedReason(inputs, guest));
    if (guest.template) {
      await proxmox.setTags(node, vmId, tagsOf(owner));
      return state;
    }
    await proxmox.removeVm(node, vmId, LIMIT_MS);
  } else if (!(await proxmox.isFreeVmId(vmId))) throw new Error(usedReason(inputs, undefined));
  await download(proxmox, inputs);
  await proxmox.createVm(node, templateOptions(inputs, owner), LONG_LIMIT_MS);
  try {
    await proxmox.makeTemplate(node, vmId, LIMIT_MS);
  } catch (error) {
    // The error that counts is the first one; the next run removes what is left.
    await proxmox.removeVm(node, vmId, LIMIT_MS).catch(() => undefined);
    throw error;
  }
  return state;
}

/** @param guest undefined: one that the token may not see */
function usedReason({ vmId, name }: ImageTemplateInputs, guest: ClusterGuest | undefined): string {
  const seen = guest === undefined ? "a guest that the token may not see" : `${guest.name} on node ${guest.node}`;
  return (
    `VMID ${vmId} of the template ${name} is used by ${seen}. Expected a free one. ` +
    `Next: pulumi config set --path 'ghrunners:proxmox.image.firstVmId' VMID`
  );
}

/** Whether the complete template is there. */
async function isThere(
  proxmox: Pick<Client, "guests" | "vmConfig">,
  { vmId, mark }: ImageTemplateInputs,
): Promise<boolean> {
  const holder = await holderOf(proxmox, vmId, LIMIT_MS);
  return holder !== undefined && holder.guest.template && holder.config.description?.trim() === mark;
}

const identity = ({ node, vmId, checksum }: ImageTemplateInputs): string => JSON.stringify([node, vmId, checksum]);

const followed = ({ endpoint, url, name, imageStorage, storage, pool }: ImageTemplateInputs): string =>
  JSON.stringify([endpoint, url, name, imageStorage, storage, pool]);

export const provider: pulumi.dynamic.ResourceProvider<ImageTemplateInputs, ImageTemplateState> = {
  configure,
  diff: async (_id, olds, news) => {
    const another = identity(olds) !== identity(news);
    return { changes: another || followed(olds) !== followed(news), replaces: another ? ["checksum"] : [] };
  },
  create: async (inputs) => ({
    id: `${inputs.node}/${inputs.vmId}`,
    outs: await makeTemplate(clientOf(inputs), inputs),
  }),
  // The template stays: of the same image, on the storage on which it was made.
  update: async (_id, olds, news) => ({
    outs: { ...news, templateId: olds.templateId, owner: olds.owner },
  }),
  read: async (id, state) => {
    if (state === undefined) return { id };
    return (await isThere(clientOf(state), state)) ? { id, props: state } : { id: "" };
  },
  delete: async (_id, state) => {
    const proxmox = clientOf(state);
    const holder = await holderOf(proxmox, state.vmId, LIMIT_MS);
    if (holder?.config.description?.trim() !== state.mark || !isOwnedBy(holder.config, state.owner)) return;
    await proxmox.removeVm(holder.guest.node, state.vmId, LIMIT_MS);
  },
};

export class ImageTemplate extends DynamicResource {
  declare readonly templateId: pulumi.Output<number>;

  constructor(name: string, inputs: Inputs<ImageTemplateInputs>, opts: pulumi.CustomResourceOptions) {
    super("ImageTemplate", name, inputs, ["templateId", "owner"], opts);
  }
}
