import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Instance } from "../instance";
import { NspawnBackend } from "../machines";
import { topology } from "../topology";
import { hostNamed, type HostName } from "./hosts";

/** What can be done to a standing host; the names are those of the faults of any machine. */
export const hostFaultNames = ["stop", "freeze", "cut-link", "fill-disk"] as const;
export type HostFaultName = (typeof hostFaultNames)[number];

/** @throws Error that names the faults a standing host can have */
export function hostFaultNamed(name: string): HostFaultName {
  const found = hostFaultNames.find((known) => known === name);
  if (found === undefined)
    throw new Error(`A standing host cannot have the fault "${name}". Known: ${hostFaultNames.join(", ")}.`);
  return found;
}

export interface HostFault {
  readonly name: HostFaultName;
  readonly host: HostName;
}

const fileOf = (instance: Instance): string => path.join(instance.state, "host-faults.json");

/** Faults that are set on standing hosts. They are kept in a file: a machine that is off on purpose must stay off. */
export function activeHostFaults(instance: Instance): readonly HostFault[] {
  const file = fileOf(instance);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as HostFault[]) : [];
}

function write(instance: Instance, faults: readonly HostFault[]): void {
  const file = fileOf(instance);
  writeWhole(file, JSON.stringify(faults), { flush: false });
}

/** @throws Error when the host does not run */
export async function setHostFault(instance: Instance, fault: HostFault): Promise<void> {
  const backend = new NspawnBackend(instance, topology.network.bridge);
  const { id } = hostNamed(fault.host);
  if (!backend.isRunning(id)) {
    throw new Error(`The host ${fault.host} does not run. Start it with: npm run lab -- host up ${fault.host}`);
  }
  const others = activeHostFaults(instance).filter(({ name, host }) => name !== fault.name || host !== fault.host);
  // Recorded first, so that a host being powered off is not started again.
  write(instance, [...others, fault]);
  if (fault.name === "stop") await backend.stop(id);
  if (fault.name === "freeze") await backend.freeze(id);
  if (fault.name === "cut-link") await backend.setLink(id, false);
  if (fault.name === "fill-disk") await backend.fillDisk(id);
}

/**
 * Ends faults of standing hosts.
 * @param only name and host; without them all
 * @returns what was ended; a host that was powered off is started by the caller, who knows how
 */
export async function clearHostFaults(
  instance: Instance,
  only: Partial<HostFault> = {},
): Promise<readonly HostFault[]> {
  const backend = new NspawnBackend(instance, topology.network.bridge);
  const all = activeHostFaults(instance);
  const ended = all.filter(({ name, host }) => (only.name ?? name) === name && (only.host ?? host) === host);
  for (const { name, host } of ended) {
    const { id } = hostNamed(host);
    if (name === "freeze") await backend.thaw(id);
    if (name === "cut-link") await backend.setLink(id, true);
    if (name === "fill-disk" && backend.isRunning(id)) await backend.clearDisk(id);
  }
  write(
    instance,
    all.filter((fault) => !ended.includes(fault)),
  );
  return ended;
}
