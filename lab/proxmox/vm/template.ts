import { failure } from "../api/errors";
import type { Vm } from "../model";
import { requireUnlocked, requireVm, type ProxmoxNode } from "../node";
import { omit } from "../omit";
import { drivesOf, isTemplate, printDrive } from "./config";

/** @throws ProxmoxApiError for a VM that cannot become a template (PVE::API2::Qemu, template) */
export function requireConvertible(node: ProxmoxNode, vmid: number): void {
  const vm = requireVm(node, vmid);
  requireUnlocked(node, vm);
  if (isTemplate(vm.config)) throw failure("you can't convert a template to a template");
  if (node.machines.isRunning(vmid)) throw failure("you can't convert a VM to template if VM is running");
}

/** Makes a template of a VM: its disks become base volumes; a CD and the cloud-init drive stay as they are. */
export async function convertToTemplate(node: ProxmoxNode, vmid: number): Promise<void> {
  await node.exclusive(vmid, async () => {
    requireConvertible(node, vmid);
    const vm = requireVm(node, vmid);
    let converted: Vm = { ...vm, config: { ...vm.config, template: "1" } };
    for (const drive of drivesOf(vm.config)) {
      const bytes = vm.volumes[drive.file];
      if (bytes === undefined || drive.isCdrom || drive.isCloudInit) continue;
      const base = drive.file.replace(`vm-${vmid}-disk-`, `base-${vmid}-disk-`);
      const text = printDrive(drive, { file: base });
      converted = {
        ...converted,
        config: { ...converted.config, [drive.slot]: text },
        volumes: { ...omit(converted.volumes, drive.file), [base]: bytes },
      };
    }
    node.store.putVm(converted);
    node.events.add("vm.template", { vmid });
  });
}
