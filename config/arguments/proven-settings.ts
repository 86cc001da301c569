import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import type { Settings } from "../parse";

/** The settings of the runners that a rollback can restore. Pure, also used by the operator's commands. */
export function provenSettings({ agent, proxmox, vm }: Pick<Settings, "agent" | "proxmox" | "vm">): ProvenSettings {
  const { cores, memoryMiB, user } = vm;
  return { agent, proxmox: { templateId: proxmox.templateId }, vm: { cores, memoryMiB, user } };
}
