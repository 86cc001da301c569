import { failure } from "../api/errors";
import { machineFaultNames } from "../faults";
import { requireUnlocked, requireVm, type ProxmoxNode } from "../node";

/** @throws ProxmoxApiError for a VM that runs or is protected */
export function requireDestroyable(node: ProxmoxNode, vmid: number): void {
  const vm = requireVm(node, vmid);
  if (vm.config.protection === "1") throw failure(`can't remove VM ${vmid} - protection mode enabled`);
  if (node.machines.isRunning(vmid)) throw failure(`VM ${vmid} is running - destroy failed`);
}

/** Removes a VM: first its machine, then its record, so that a delete that was killed can be repeated. */
export async function destroyVm(node: ProxmoxNode, vmid: number): Promise<void> {
  await node.exclusive(vmid, async () => {
    requireDestroyable(node, vmid);
    const vm = requireVm(node, vmid);
    requireUnlocked(node, vm);
    await removeMachine(node, vmid);
    node.events.add("vm.destroyed", { vmid, name: vm.config.name });
  });
}

/** Removes everything that carries the number: machine, record, and the machine's faults. */
export async function removeMachine(node: ProxmoxNode, vmid: number): Promise<void> {
  await node.machines.destroy(vmid);
  node.store.removeVm(vmid);
  for (const name of machineFaultNames) node.faults.clear(name, { vmid });
}
