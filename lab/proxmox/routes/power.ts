import { requireAll, requireAny } from "../access";
import { failure } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter, Schema } from "../api/schema";
import { requireVm } from "../node";
import type { TaskLog } from "../tasks";
import { isAgentEnabled } from "../vm/config";
import { reboot, shutdown, start, stop } from "../vm/power";

const flag: Parameter = { type: "boolean", optional: true };
const seconds: Parameter = { type: "integer", optional: true, minimum: 0 };
const text: Parameter = { type: "string", optional: true };

/** How long a guest may take to power off when the call does not say (PVE::QemuServer, vm_stop). */
const shutdownSeconds = 60;

/** One call that changes the power, as a task. */
function power(
  action: string,
  type: string,
  parameters: Schema,
  work: (call: ProxmoxCall, log: TaskLog) => Promise<void>,
): ProxmoxRoute {
  return {
    method: "POST",
    path: `/nodes/{node}/qemu/{vmid}/status/${action}`,
    parameters: { skiplock: flag, ...parameters },
    handle: (call) => {
      requireAll(call.caller, `/vms/${call.vmid}`, ["VM.PowerMgmt"]);
      requireVm(call.node, call.vmid);
      return call.node.tasks.run(type, String(call.vmid), call.caller.id, (log) => work(call, log), call.path.node);
    },
  };
}

const timeoutOf = ({ values }: ProxmoxCall): number => Number(values.timeout ?? shutdownSeconds);

/** @throws ProxmoxApiError as long as nothing in the guest would answer */
function requireAgent({ node, caller, vmid }: ProxmoxCall): void {
  requireAny(caller, `/vms/${vmid}`, ["VM.GuestAgent.Audit", "VM.GuestAgent.Unrestricted"]);
  const vm = requireVm(node, vmid);
  const state = node.machines.guestState(vmid);
  if (state === "stopped") throw failure(`VM ${vmid} is not running`);
  if (!isAgentEnabled(vm.config)) throw failure("No QEMU guest agent configured");
  if (state === "starting") throw failure("QEMU guest agent is not running");
  if (state === "frozen") throw failure(`VM ${vmid} qmp command 'guest-ping' failed - got timeout`);
}

/** Power and guest agent. */
export const powerRoutes: readonly ProxmoxRoute[] = [
  power("start", "qmstart", { timeout: seconds, stateuri: text, machine: text, "force-cpu": text }, ({ node, vmid }) =>
    start(node, vmid),
  ),
  power("stop", "qmstop", { timeout: seconds, keepActive: flag, "overrule-shutdown": flag }, ({ node, vmid }) =>
    stop(node, vmid),
  ),
  power("shutdown", "qmshutdown", { timeout: seconds, forceStop: flag, keepActive: flag }, (call) => {
    const [timeoutSeconds, force] = [timeoutOf(call), call.values.forceStop === "1"];
    call.node.events.add("vm.asked-to-shut-down", { vmid: call.vmid, timeoutSeconds, force });
    return shutdown(call.node, call.vmid, timeoutSeconds, force);
  }),
  power("reboot", "qmreboot", { timeout: seconds }, (call, log) => reboot(call.node, call.vmid, timeoutOf(call), log)),
  {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/agent/ping",
    parameters: {},
    handle: (call) => {
      requireAgent(call);
      return { result: {} };
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/qemu/{vmid}/agent/network-get-interfaces",
    parameters: {},
    handle: async (call) => {
      requireAgent(call);
      const interfaces = await call.node.machines.interfaces(call.vmid);
      return {
        result: interfaces.map(({ name, mac, addresses }) => ({
          name,
          "hardware-address": mac,
          "ip-addresses": addresses.map(({ family, address, prefix }) => ({
            "ip-address": address,
            "ip-address-type": family,
            prefix,
          })),
        })),
      };
    },
  },
];
