import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import { templatesOf } from "@ghrunners/components/runner/placement";
import type { Settings } from "../parse";
import { placedRunners } from "./placed-runners";

/** The settings of the runners that a rollback can restore. Pure, also used by the operator's commands. */
export function provenSettings(settings: Pick<Settings, "agent" | "proxmox" | "runners" | "vm">): ProvenSettings {
  const { agent, proxmox, vm } = settings;
  const { cores, memoryMiB, user } = vm;
  const templates = templatesOf(placedRunners(settings));
  return { agent, proxmox: { templateId: proxmox.templateId, ...templates }, vm: { cores, memoryMiB, user } };
}
