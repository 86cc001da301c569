/** The faults as the panel of the lab's console shows them: by what they break, with what is set now. Pure. */
import type { ActiveFaults } from "../fault-commands";
import type { TargetName } from "../fault-requests";
import { faults, type LabFault } from "../faults";
import { hostFaultNames } from "../hosts/faults";
import type { FaultSubject, ShownFault } from "./panel";

const services = { github: "GitHub", proxmox: "Proxmox VE" } as const;

function isSet(fault: LabFault, target: TargetName | undefined, active: ActiveFaults): boolean {
  const { service, adminName = fault.name } = fault;
  return active[service].some(
    ({ name, vmid, parameters }) =>
      name === adminName &&
      (fault.target !== "machine" || vmid === target?.vmId) &&
      (fault.target !== "runner" || parameters?.name === target?.name),
  );
}

/**
 * Everything that can be broken.
 * @param names machines and runners of the lab's stack
 * @param hosts standing hosts that exist
 */
export function subjectsOf(
  names: readonly TargetName[],
  hosts: readonly string[],
  active: ActiveFaults,
): FaultSubject[] {
  const shown = (fault: LabFault, target?: TargetName): ShownFault => ({
    name: fault.name,
    about: fault.about,
    isSet: isSet(fault, target, active),
  });
  return [
    ...names.map((target) => ({
      target: target.role,
      title: `the ${target.role} (${target.name})`,
      faults: faults.filter((fault) => fault.target !== "service").map((fault) => shown(fault, target)),
    })),
    ...hosts.map((host) => ({
      target: host,
      title: `the host "${host}"`,
      faults: faults
        .filter(({ name }) => (hostFaultNames as readonly string[]).includes(name))
        .map(({ name, about }) => ({
          ...{ name, about },
          isSet: active.hosts.some((set) => set.name === name && set.host === host),
        })),
    })),
    ...(["github", "proxmox"] as const).map((service) => ({
      target: null,
      title: services[service],
      faults: faults
        .filter((fault) => fault.target === "service" && fault.service === service)
        .map((fault) => shown(fault)),
    })),
  ];
}
