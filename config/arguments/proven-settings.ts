import type { ProvenSettings } from "@ghrunners/components/resources/last-known-good";
import { unusualCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { recordedImage } from "@ghrunners/core/proxmox/image";
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
  const cpuType = unusualCpuType(vm.cpuType);
  const { image, templateId } = proxmox;
  return {
    agent: { ...agent, version: agent.version ?? kept },
    proxmox:
      image === undefined ? { templateId, ...templatesOf(placedRunners(settings)) } : { image: recordedImage(image) },
    vm: { cores, memoryMiB, user, ...(cpuType === undefined ? {} : { cpuType }) },
  };
}
