import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import type { Settings } from "../parse";

/** What of the settings the runners are made from, and may be taken back to. Pure, for the operator's commands too. */
export function provenSettings({ agent, proxmox, vm }: Pick<Settings, "agent" | "proxmox" | "vm">): ProvenSettings {
  const { cores, memoryMiB, user } = vm;
  return { agent, proxmox: { templateId: proxmox.templateId }, vm: { cores, memoryMiB, user } };
}
