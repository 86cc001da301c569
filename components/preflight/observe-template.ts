/**
 * Reads only the template, when a machine is about to be made.
 */
import type { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { type TemplateRequirement, templateReasons } from "./judge-template";

/**
 * Reasons why no machine can be cloned, each with the command that corrects it. Empty if one can be cloned, and if
 * Proxmox VE does not answer: then no machine can be deleted either, and a later step reports the error.
 */
export async function observeTemplate(
  proxmox: Pick<ProxmoxClient, "guests" | "vmConfig">,
  source: TemplateRequirement,
): Promise<string[]> {
  const guests = await proxmox.guests().catch(() => undefined);
  if (guests === undefined) return [];
  const template = guests.find(({ vmid }) => vmid === source.templateId);
  const read = template?.template === true ? proxmox.vmConfig(template.node, template.vmid) : undefined;
  return templateReasons(source, guests, await read?.catch(() => undefined));
}
