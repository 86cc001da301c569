/** Fills in what Proxmox VE offers in one way alone. Pure. */
import { defaults } from "@ghrunners/components/runner/defaults";
import type { SettingsTree } from "../pulumi/stack-document";
import { valueOf, withValue } from "./answers";

/** What Proxmox VE offers. */
export interface ProxmoxOffer {
  /** Nodes that are online. */
  readonly nodes: readonly string[];
  readonly templates: readonly { readonly vmId: number; readonly name: string; readonly node: string }[];
  /** Storages for VM disks that the token may use, by node. */
  readonly storages: Readonly<Record<string, readonly string[]>>;
  /** Bridges that the token may join. */
  readonly bridges: readonly string[];
}

/** The one of a list, if there is exactly one. */
const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined);

const preferred = (usual: string, seen: readonly string[]): string | undefined =>
  seen.includes(usual) ? usual : only(seen);

/**
 * Values that have only one possibility, filled in where no answer was given. Settings whose default fits are left out.
 */
export function fillIn(tree: SettingsTree, offer: ProxmoxOffer): SettingsTree {
  const said = valueOf(tree, "proxmox.node");
  const node = typeof said === "string" ? said : only(offer.nodes);
  const storages = node === undefined ? [] : (offer.storages[node] ?? []);
  const found: Readonly<Record<string, unknown>> = {
    "proxmox.node": node,
    "proxmox.templateId":
      valueOf(tree, "proxmox.image") === undefined
        ? only(offer.templates.filter((each) => each.node === node))?.vmId
        : undefined,
    "proxmox.storage": unlessDefault(defaults.proxmox.storage, storages),
    "proxmox.bridge": unlessDefault(defaults.proxmox.bridge, offer.bridges),
  };
  return Object.entries(found).reduce(
    (filled, [setting, value]) =>
      value === undefined || valueOf(filled, setting) !== undefined ? filled : withValue(filled, setting, value),
    tree,
  );
}

function unlessDefault(usual: string, seen: readonly string[]): string | undefined {
  const proposed = preferred(usual, seen);
  return proposed === usual ? undefined : proposed;
}
