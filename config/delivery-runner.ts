/** Group `deliveryRunner`: the machine on which the delivery workflows run this program. */
import { z } from "zod";
import { parseAddress } from "@ghrunners/core/vocabulary/ipv4";
import { egress } from "./egress";
import { pinnedArchive } from "./pinned-archive";
import { text } from "./text";

const dnsLabel = text(
  "lower-case letters, digits and inner hyphens, at most 63",
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
);

const pulumiCli = z.strictObject({
  version: text("a release number", /^\d+\.\d+\.\d+$/)
    .optional()
    .meta({
      description: "Version of the Pulumi CLI on it. Default: that of the package @pulumi/pulumi in package.json.",
      example: "3.276.0",
    }),
  ...pinnedArchive(
    "that of the version's release at GitHub",
    "https://mirror.example/pulumi-v3.276.0-linux-x64.tar.gz",
  ),
});

export const deliveryRunner = z.strictObject({
  name: dnsLabel.meta({ description: "Name of the VM and of the runner.", example: "delivery-1" }),
  vmId: z.int().min(100).max(999_999_999).meta({
    description: "VMID; choose one that is not used for VMs created by hand.",
    example: "159",
  }),
  address: text("an IPv4 address", (value) => parseAddress(value) !== undefined).meta({
    description: "Address of the VM, in the gateway's subnet.",
    example: "192.168.0.59",
  }),
  node: dnsLabel.optional().meta({
    description: "Node of the VM. Default: proxmox.node. A change replaces the VM.",
    example: "pve2",
  }),
  previews: z.boolean().default(false).meta({
    description:
      "Whether it runs previews of pull requests, which are code that no one has reviewed yet. Without it the machine refuses them.",
  }),
  allowedRefs: z
    .array(text("a pattern such as refs/heads/main or refs/tags/v*", /^refs\/[^\s'"]+$/))
    .min(1)
    .default(["refs/heads/main", "refs/heads/master", "refs/tags/v*"])
    .meta({ description: "Refs whose jobs may run, besides those of previews; * matches any text." }),
  pulumi: pulumiCli.prefault({}).meta({ description: "The Pulumi CLI." }),
  egress: z.array(egress).default([]).meta({
    description:
      "What it may reach besides what the other runners may, Proxmox VE's API, and this stack's hosts: the backend of the state, the hosts of other stacks, Proxmox VE's API where proxmox.endpoint has a name.",
  }),
});

/** The delivery runner of the settings. */
export type DeliveryRunnerSettings = z.infer<typeof deliveryRunner>;
