/** Judges whether the nodes offer the processor type of the VMs. Pure. */
import { isCustomCpuType } from "@ghrunners/core/proxmox/cpu-type";
import type { PreflightInputs } from "./args";
import { placesOf } from "./judge-nodes";
import type { PreflightProblem, Privilege, ProxmoxObservation } from "./observation";

/** What it takes to see and use the cluster's own types. Source: qemu-server, PVE/API2/Qemu/CPU.pm. */
export const CUSTOM_CPU_TYPES: Privilege = {
  path: "/nodes",
  privilege: "Sys.Audit",
  reason: "use a processor type of the cluster's own",
};

/** Whether the token lacks what shows it the cluster's own types; then their absence says nothing. */
const isBlind = ({ missingPrivileges }: ProxmoxObservation): boolean =>
  "error" in missingPrivileges ||
  missingPrivileges.value.some(
    ({ path, privilege }) => path === CUSTOM_CPU_TYPES.path && privilege === CUSTOM_CPU_TYPES.privilege,
  );

/**
 * A node lists every type that its version of QEMU knows, also those that its processor cannot carry out: then the start
 * of the VM fails, in QEMU's words.
 */
export function cpuTypeProblems(inputs: PreflightInputs, seen: ProxmoxObservation): PreflightProblem[] {
  const { cpuType } = inputs;
  if (cpuType === undefined || (isCustomCpuType(cpuType) && isBlind(seen))) return [];
  return placesOf(inputs).flatMap(({ node }) => {
    const offered = seen.cpuTypes.get(node);
    if (offered === undefined) return [];
    if ("error" in offered) return [{ setting: "vm.cpuType", reason: offered.error }];
    if (offered.value.includes(cpuType)) return [];
    const missing = isCustomCpuType(cpuType)
      ? `define it in /etc/pve/virtual-guest/cpu-models.conf, or pulumi`
      : `pvesh get /nodes/${node}/capabilities/qemu/cpu on the node lists them, then pulumi`;
    return [
      {
        setting: "vm.cpuType",
        reason: `node ${node} has no processor type ${cpuType}. Expected one that it offers. Next: ${missing} config set --path 'ghrunners:vm.cpuType' TYPE`,
      },
    ];
  });
}
