/** From the words of a person to the request to a service's administration. Pure. */
import { faults, type LabFault } from "./faults";

/** A machine and its runner, as the lab's stack configuration names them. */
export interface TargetName {
  readonly role: string;
  readonly name: string;
  readonly vmId: number;
}

/** The request to a service's administration that sets a fault. */
export interface FaultRequest {
  readonly service: "proxmox" | "github";
  readonly path: string;
  readonly body: Record<string, string | number>;
}

export function findFault(name: string): LabFault {
  const fault = faults.find((entry) => entry.name === name);
  if (fault === undefined) {
    throw new Error(
      `There is no fault "${name}". Known: ${faults.map((entry) => entry.name).join(", ")}. See: npm run lab -- fault list`,
    );
  }
  return fault;
}

function resolveTarget(target: string | undefined, names: readonly TargetName[]): TargetName {
  const found = names.find(({ role, name, vmId }) => [role, name, String(vmId)].includes(target ?? ""));
  if (found === undefined) {
    const known = names.map(({ role, name, vmId }) => `${role} (${name}, VM ${vmId})`).join(", ");
    throw new Error(`Which machine? Got "${target ?? ""}", expected a role, name or VMID of: ${known}.`);
  }
  return found;
}

/**
 * Turns a person's words into the administration request. Pure.
 * @param given `key=value` words
 * @throws Error that names every unknown, missing or unusable word
 */
export function faultRequest(
  name: string,
  target: string | undefined,
  given: readonly string[],
  names: readonly TargetName[],
): FaultRequest {
  const fault = findFault(name);
  const words: Record<string, string> = {};
  for (const word of given) {
    const [key = "", ...rest] = word.split("=");
    words[key] = rest.join("=");
  }
  const unknown = Object.keys(words).filter((key) => !(key in fault.parameters));
  if (unknown.length > 0) {
    throw new Error(
      `Fault ${name} has no parameter ${unknown.join(", ")}; it has: ${Object.keys(fault.parameters).join(", ") || "none"}.`,
    );
  }
  const body: Record<string, string | number> = {};
  for (const [key, standard] of Object.entries(fault.parameters)) {
    const value = words[key] ?? standard;
    if (value === undefined) throw new Error(`Fault ${name} needs ${key}=...`);
    if (typeof standard === "number" && !/^\d+(\.\d+)?$/.test(String(value))) {
      throw new Error(`Fault ${name}: ${key} is "${value}", expected a number.`);
    }
    body[key] = typeof standard === "number" ? Number(value) : value;
  }
  if (fault.target === "machine") body.vmid = resolveTarget(target, names).vmId;
  if (fault.target === "runner") body.name = resolveTarget(target, names).name;
  return { service: fault.service, path: `/_lab/faults/${fault.adminName ?? fault.name}`, body };
}

/** Which fault to end: of one machine or runner when it is named, else wherever it is set. */
export function faultToClear(
  name: string,
  target: string | undefined,
  names: readonly TargetName[],
): { service: FaultRequest["service"]; path: string; subject: { vmid: number } | { name: string } | undefined } {
  const fault = findFault(name);
  const place = { service: fault.service, path: `/_lab/faults/${fault.adminName ?? fault.name}` };
  if (target === undefined || fault.target === "service") return { ...place, subject: undefined };
  const found = resolveTarget(target, names);
  return { ...place, subject: fault.target === "machine" ? { vmid: found.vmId } : { name: found.name } };
}
