import * as pulumi from "@pulumi/pulumi";
import { imageFile, TEMPLATE_VMIDS, templateMark, templateName, templateVmId } from "@ghrunners/core/proxmox/image";
import { forms, problemsOf, refuseArguments, wholeNumber } from "../arguments";
import { ImageTemplate } from "../resources/image-template";
import { defaults } from "./defaults";

/** A cloud image of which templates are made. Plain: the VMID of a template follows from it, and previews show it. */
export interface ImageArgs {
  /**
   * Where each node downloads it: one dated build of Debian or Ubuntu, qcow2 or raw.
   * @example "https://cloud.debian.org/images/cloud/trixie/20260701-2526/debian-13-genericcloud-amd64-20260701-2526.qcow2"
   */
  readonly url: string;
  /**
   * SHA-512 or SHA-256 of the file: 128 or 64 hexadecimal digits. A file with another checksum is refused.
   * @example config.require("imageChecksum")
   */
  readonly checksum: string;
  /**
   * Storage with the content `import` that keeps the file.
   * @default "local"
   */
  readonly storage?: string;
  /**
   * First of 1000 VMIDs; stack, node and image decide which one the template has.
   * @default 9000
   */
  readonly firstVmId?: number;
}

/** Arguments of {@link VmTemplate}. */
export interface VmTemplateArgs {
  /**
   * URL of Proxmox VE's API. Its token is the configuration key `ghrunners:proxmoxToken`.
   * @example "https://pve1.example:8006/"
   */
  readonly endpoint: pulumi.Input<string>;
  /**
   * Node that is to have the template. Plain: the VMID follows from it.
   * @example "pve1"
   */
  readonly node: string;
  /**
   * The image.
   * @example { url: "https://images.example/debian-13.qcow2", checksum: config.require("imageChecksum") }
   */
  readonly image: ImageArgs;
  /**
   * Storage of the template's disk.
   * @default "local-lvm"
   */
  readonly storage?: pulumi.Input<string> | undefined;
  /**
   * Resource pool of the template.
   * @default none
   */
  readonly pool?: pulumi.Input<string> | undefined;
}

/**
 * A template on one node, made of a cloud image by Proxmox VE's API: the node downloads the image, compares its
 * checksum and imports it. A changed image makes a new template; the old one is deleted after the machines were
 * replaced.
 */
export class VmTemplate extends pulumi.ComponentResource {
  /** Its VMID, for `proxmox.templateId` of a RunnerPool. Known when the template is complete. */
  readonly vmId: pulumi.Output<number>;

  constructor(name: string, args: VmTemplateArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { endpoint, node, image, storage = defaults.proxmox.storage, pool } = args;
    super("ghrunners:template:VmTemplate", name, { node, checksum: image.checksum }, opts);
    const {
      url,
      checksum,
      storage: imageStorage = defaults.image.storage,
      firstVmId = defaults.image.firstVmId,
    } = image;
    refuseArguments(
      this,
      name,
      problemsOf({
        endpoint: [endpoint, forms.httpsUrl],
        node: [node, forms.name],
        "image.url": [url, forms.httpsUrl],
        "image.checksum": [checksum, forms.imageChecksum],
        "image.firstVmId": [firstVmId, wholeNumber(100, 999_999_999 - TEMPLATE_VMIDS)],
      }),
    );
    const stack = pulumi.getStack();
    const made = new ImageTemplate(
      `${name}-image`,
      {
        ...{ endpoint, node, url, checksum, storage, imageStorage },
        vmId: templateVmId(stack, node, { checksum, firstVmId }),
        name: templateName(stack, checksum),
        mark: templateMark(stack, checksum),
        file: imageFile({ url, checksum }),
        pool: pulumi.output(pool).apply((given) => given ?? null),
      },
      { parent: this, customTimeouts: { create: "2h30m" } },
    );
    this.vmId = made.templateId;
    this.registerOutputs({});
  }
}
