/** Where each runner's machine is created: on its node, from the template there. Pure. */
import type { RunnerIdentityArgs } from "@ghrunners/components";
import type { MachineSettings } from "../machines";
import type { Settings } from "../parse";

/** A node and the template on it. */
export function placeOf(
  { node: usual, templateId, templates = {} }: Settings["proxmox"],
  node = usual,
): { readonly node: string; readonly templateId: number } {
  return { node, templateId: node === usual ? templateId : (templates[node] ?? templateId) };
}

/**
 * The runners as arguments of the pool; those on another node than `proxmox.node` with that node and its template.
 * @param made the template on a node, where the program makes it
 */
export const placedRunners = (
  { runners, proxmox }: Pick<Settings, "proxmox"> & { readonly runners: readonly MachineSettings[] },
  made: (node: string) => RunnerIdentityArgs["templateId"] = () => undefined,
): RunnerIdentityArgs[] =>
  runners.map(({ node, ...runner }) => {
    if (node === undefined || node === proxmox.node) return runner;
    const place = placeOf(proxmox, node);
    return { ...runner, ...place, templateId: made(node) ?? place.templateId };
  });
