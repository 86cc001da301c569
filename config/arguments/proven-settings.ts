import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import { templatesOf } from "@ghrunners/components/runner/placement";
import type { Settings } from "../parse";
import { placedRunners } from "./placed-runners";

/**
 * The settings of the runners that a rollback can restore. Pure, also used by the operator's commands.
 * @param kept version in the state, in effect if the settings name none
 */
export function provenSettings(
  settings: Pick<Settings, "agent" | "proxmox" | "runners" | "vm">,
  kept: string,
): ProvenSettings {
  const { agent, proxmox, vm } = settings;
  const { cores, memoryMiB, user } = vm;
  const templates = templatesOf(placedRunners(settings));
  return {
    agent: { ...agent, version: agent.version ?? kept },
    proxmox: { templateId: proxmox.templateId, ...templates },
    vm: { cores, memoryMiB, user },
  };
}
