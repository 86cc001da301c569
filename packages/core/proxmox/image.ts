/** A cloud image and the template that is made of it: names and numbers. Pure. */
import { createHash } from "node:crypto";

/** A cloud image of which the program makes a template. */
export interface ImageSource {
  /** Where the node downloads it. */
  readonly url: string;
  /** SHA-512 or SHA-256 of the file, in hexadecimal digits; their number says which. */
  readonly checksum: string;
  /** Storage with the content `import` that keeps the file. */
  readonly storage: string;
  /** First of the VMIDs among which the templates have theirs. */
  readonly firstVmId: number;
}

/** The image as a record keeps it: with its keys in the order in which Pulumi's state has them. */
export const recordedImage = ({ checksum, firstVmId, storage, url }: ImageSource): ImageSource => ({
  checksum,
  firstVmId,
  storage,
  url,
});

/** Which checksum it is, as Proxmox VE calls it. Debian publishes SHA-512, Ubuntu SHA-256. */
export const checksumAlgorithm = (checksum: string): "sha256" | "sha512" =>
  checksum.length === 64 ? "sha256" : "sha512";

/** How many VMIDs from `firstVmId` on templates may have. */
export const TEMPLATE_VMIDS = 1000;

/**
 * VMID of the template on a node. It follows from stack, node and image, so that a preview can name it, and a changed
 * image gets another one: the new template is made beside the old one.
 */
export function templateVmId(
  stack: string,
  node: string,
  { checksum, firstVmId }: Pick<ImageSource, "checksum" | "firstVmId">,
): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([stack, node, checksum]))
    .digest();
  return firstVmId + (digest.readUInt32BE(0) % TEMPLATE_VMIDS);
}

const shortDigest = (checksum: string): string => checksum.slice(0, 12);

/**
 * Name of the image's file on the storage. It follows from the content, so stacks with the same image share the file.
 * Proxmox VE imports only `.qcow2`, `.raw`, `.vmdk` and `.ova`; Ubuntu's `.img` files are qcow2. Source: pve-storage,
 * PVE/Storage.pm, UPLOAD_IMPORT_EXT_RE_1.
 */
export function imageFile({ url, checksum }: Pick<ImageSource, "url" | "checksum">): string {
  const extension = /\.raw$/.test(url.split(/[?#]/, 1)[0] ?? "") ? "raw" : "qcow2";
  return `ghrunners-${shortDigest(checksum)}.${extension}`;
}

/** Name of the template: a DNS name, whatever the stack is called. */
export function templateName(stack: string, checksum: string): string {
  const plain = stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return `ghrunners-${plain === "" ? "stack" : plain}-${shortDigest(checksum)}`;
}

/** The template's notes: whose it is, and of which image. In the form of a machine's notes, for `ghrunners prune`. */
export const templateMark = (stack: string, checksum: string): string =>
  `ghrunners ${stack} template-${shortDigest(checksum)}`;

/** Whether the last word of a VM's notes names a template of an image. */
export const isTemplateName = (name: string): boolean => /^template-[0-9a-f]{12}$/.test(name);
