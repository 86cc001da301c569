import { poll } from "@ghrunners/core/until";
import { failure } from "../api/errors";
import type { ProxmoxNode } from "../node";
import { requireUnlocked, requireVm } from "../node";
import type { TaskLog } from "../tasks";
import { isTemplate } from "./config";
import { applyPending } from "./configure";
import { startSettings } from "./guest";

const pauseMs = 25;
/** A guest that is booting ignores the power button, so it is pressed again. */
const askAgainMs = 1_000;

/** Powers a VM on; what was pending holds from then on. @throws ProxmoxApiError in Proxmox VE's words */
export async function start(node: ProxmoxNode, vmid: number): Promise<void> {
  await node.exclusive(vmid, async () => {
    const vm = requireVm(node, vmid);
    if (isTemplate(vm.config)) throw failure("you can't start a vm if it's a template");
    requireUnlocked(node, vm);
    if (node.machines.isRunning(vmid)) throw failure(`VM ${vmid} already running`);
    const applied = applyPending(vm);
    node.store.putVm(applied);
    await node.machines.start(vmid, startSettings(node, applied));
    if (node.faults.hasMachine("stop", vmid)) node.faults.clear("stop", { vmid });
    node.events.add("vm.started", { vmid, name: applied.config.name });
  });
}

/** Cuts the power. A VM that is off stays off. */
export async function stop(node: ProxmoxNode, vmid: number): Promise<void> {
  await node.exclusive(vmid, async () => {
    requireUnlocked(node, requireVm(node, vmid));
    await cut(node, vmid, "stop");
  });
}

/** The power cut itself, also for the lab's own faults, which heed no lock. */
export async function cut(node: ProxmoxNode, vmid: number, reason: "stop" | "shutdown" | "fault"): Promise<void> {
  if (!node.machines.isRunning(vmid)) return;
  await node.machines.stop(vmid);
  node.faults.clear("freeze", { vmid });
  node.events.add("vm.stopped", { vmid, reason });
}

/**
 * Asks the guest to power off.
 * @param timeoutSeconds how long it may take
 * @param force cut the power after that
 */
export async function shutdown(node: ProxmoxNode, vmid: number, timeoutSeconds: number, force: boolean): Promise<void> {
  await node.exclusive(vmid, async () => {
    requireUnlocked(node, requireVm(node, vmid));
    if (!node.machines.isRunning(vmid)) return;
    if (await powersOff(node, vmid, timeoutSeconds)) {
      await node.machines.stop(vmid);
      node.events.add("vm.stopped", { vmid, reason: "shutdown" });
    } else if (force) await cut(node, vmid, "stop");
    else throw failure("VM quit/powerdown failed - got timeout");
  });
}

async function powersOff(node: ProxmoxNode, vmid: number, timeoutSeconds: number): Promise<boolean> {
  let askAt = performance.now();
  const isOff = async (): Promise<boolean> => {
    if (!node.machines.isRunning(vmid)) return true;
    if (performance.now() < askAt) return false;
    await node.machines.requestShutdown(vmid);
    askAt = performance.now() + askAgainMs;
    return false;
  };
  return poll(isOff, Boolean, { limitMs: timeoutSeconds * 1000, pauseMs });
}

/** Shutdown, then start, so that what was pending holds. */
export async function reboot(node: ProxmoxNode, vmid: number, timeoutSeconds: number, log: TaskLog): Promise<void> {
  if (!node.machines.isRunning(vmid)) throw failure(`VM ${vmid} not running`);
  await shutdown(node, vmid, timeoutSeconds, false);
  log("VM is off, starting it again");
  await start(node, vmid);
}
