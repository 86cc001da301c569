/**
 * The standing machines of a lab: they exist before the program, which manages things on them and never the machines.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { blankOwner, emptyHost } from "../blank";
import type { Instance } from "../instance";
import { NspawnBackend, prepareTemplate, type GuestState } from "../machines";
import { machinesFolder } from "../machines/script";
import { topology } from "../topology";
import { renderCloudConfig } from "./cloud-config";
import { activeHostFaults } from "./faults";
import { hostNamed, standingHosts, type HostName, type ExistingHost } from "./hosts";
import { ensureHostKey } from "./keys";
import { untilHostAnswers } from "./ready";

export { HOST_USER } from "./cloud-config";
export {
  activeHostFaults,
  clearHostFaults,
  hostFaultNamed,
  hostFaultNames,
  setHostFault,
  type HostFaultName,
} from "./faults";
export { hostNamed, standingHosts, type HostName, type ExistingHost } from "./hosts";
export { ensureHostKey, hostKeyOf } from "./keys";
export { runOnHost, runOnMachine, type ShellResult } from "./shell";

export interface HostOptions {
  readonly instance: Instance;
  /** PEM file of the authority that the machines trust. */
  readonly caCertificate: string;
  readonly say: (line: string) => void;
  /** Waits until it lets a user log in. Default: false, it goes on booting while the caller goes on. */
  readonly wait?: boolean;
}

const backendOf = (instance: Instance): NspawnBackend => new NspawnBackend(instance, topology.network.bridge);

function userData(host: ExistingHost, instance: Instance): string {
  const content = (file: string): string => readFileSync(path.join(__dirname, "files", file), "utf8");
  return renderCloudConfig({
    hostname: host.name,
    authorizedKey: readFileSync(path.join(instance.secrets, "ssh-key.pub"), "utf8").trim(),
    hostKey: ensureHostKey(instance, host.name),
    files: Object.fromEntries(Object.entries(host.files).map(([where, file]) => [where, content(file)])),
    enabledUnits: host.enabledUnits,
  });
}

/** A standing host as a lab has it: in a blank one the monitoring host is a machine straight from a cloud image. */
export function hostIn(name: HostName, blank: boolean): ExistingHost {
  const usual = hostNamed(name);
  return name === "monitoring" && blank ? emptyHost(usual) : usual;
}

/**
 * Boots a standing host unless it runs, or has been powered off by a fault.
 * The network and the lab's secrets must be there. Needs root.
 */
export async function ensureHost(name: HostName, options: HostOptions): Promise<void> {
  const { instance } = options;
  const host = hostIn(name, blankOwner(instance) !== undefined);
  const backend = backendOf(instance);
  const isOff = activeHostFaults(instance).some((fault) => fault.host === name && fault.name === "stop");
  if (isOff) return;
  if (!backend.isRunning(host.id)) await boot(host, backend, options);
  if (options.wait) await untilHostAnswers(instance, name);
}

async function boot(host: ExistingHost, backend: NspawnBackend, options: HostOptions): Promise<void> {
  const { instance, caCertificate, say } = options;
  const template = await prepareTemplate({ instance: instance.name, content: host.template, caCertificate, say });
  const { network } = topology;
  await backend.start(host.id, {
    diskBytes: host.diskBytes,
    nic: {
      mac: host.mac,
      address: `${host.address}/${network.prefixLength}`,
      gateway: network.gateway,
      linkUp: true,
    },
    // Always the same instance: cloud-init's first boot runs once, even if the checkout's files change.
    seed: { userData: userData(host, instance), metaData: `instance-id: ${host.name}\n`, vendorData: "" },
    resolvConf: "",
    template,
  });
}

/** Ends a standing host and removes its disk. */
export async function removeHost(name: HostName, instance: Instance): Promise<void> {
  await backendOf(instance).destroy(hostNamed(name).id);
}

/** Whether the host was ever booted in this lab and not removed since. */
export const hostExists = (name: HostName, instance: Instance): boolean =>
  existsSync(path.join(machinesFolder(instance), String(hostNamed(name).id)));

/** Every standing host and whether it runs. */
export function hostStates(instance: Instance): { name: HostName; address: string; state: GuestState }[] {
  const backend = backendOf(instance);
  return Object.values(standingHosts).map(({ name, id, address }) => ({
    name,
    address,
    state: backend.guestState(id),
  }));
}
