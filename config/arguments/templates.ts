import * as pulumi from "@pulumi/pulumi";
import { VmTemplate } from "@ghrunners/components";
import { machinesOf } from "../machines";
import type { Settings } from "../parse";

/**
 * Makes the templates of the stack's image, one on each node that has a runner; none if the templates exist already.
 */
export function makeTemplates(
  settings: Pick<Settings, "proxmox" | "runners" | "deliveryRunner">,
  opts: pulumi.ComponentResourceOptions,
): ReadonlyMap<string, VmTemplate> {
  const { proxmox } = settings;
  const { image, endpoint, storage, pool } = proxmox;
  if (image === undefined) return new Map();
  const nodes = [...new Set(machinesOf(settings).map(({ node = proxmox.node }) => node))];
  return new Map(
    nodes.map((node) => [node, new VmTemplate(`template-${node}`, { endpoint, node, image, storage, pool }, opts)]),
  );
}
