/**
 * Looks at the template alone, when a machine is about to be made.
 */
import type { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { type TemplateRequirement, templateReasons } from "./judge-template";

/**
 * Why no machine can be cloned, each in words with the command that mends it. Empty where one can, and where Proxmox VE does
 * not answer: no machine is deleted then either, and the step that needs it says so.
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
