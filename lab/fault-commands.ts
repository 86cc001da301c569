/** Makes and ends faults: what `npm run lab -- fault` and the buttons of the lab's console do. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { projectRoot } from "@ghrunners/core/project-root";
import { adminRequest } from "./admin";
import { faultRequest, faultToClear, type FaultRequest, type TargetName } from "./fault-requests";
import {
  activeHostFaults,
  clearHostFaults,
  hostFaultNamed,
  setHostFault,
  standingHosts,
  type HostFaultName,
  type HostName,
} from "./hosts";
import type { Instance } from "./instance";
import { labUp } from "./lifecycle";
import { modeOf } from "./mode";
import { socketOf } from "./service";

/** Machines and runners by role, from the stack configuration of the lab. */
export function targetNames(): TargetName[] {
  const file = parse(readFileSync(path.join(projectRoot, "lab/stacks/Pulumi.lab.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  return file.config["ghrunners:runners"] as TargetName[];
}

/** @throws Error when the lab is not up */
export function requireUp(instance: Instance): void {
  if (modeOf(instance) === undefined)
    throw new Error(`The lab "${instance.name}" is not up. Bring it up with: npm run lab -- up`);
}

/** A fault that makes a file for each inode of a disk takes half a minute on a busy machine. */
const LIMIT_MS = 120_000;

/** One request to a service's administration. @throws Error with its words when it refuses */
export async function administer(
  instance: Instance,
  method: "PUT" | "POST" | "DELETE" | "GET",
  request: Omit<FaultRequest, "body"> & { body?: unknown },
): Promise<unknown> {
  requireUp(instance);
  const socket = socketOf(instance, request.service);
  const reply = await adminRequest(socket, method, request.path, request.body, LIMIT_MS);
  if (reply.status >= 300)
    throw new Error(`${request.service} refused (${reply.status}): ${JSON.stringify(reply.body)}`);
  return reply.body;
}

const isHost = (target: string | undefined): target is HostName => Object.hasOwn(standingHosts, target ?? "");

/**
 * Makes a fault.
 * @param target role, name or VMID of a machine or runner, or a standing host; undefined: a whole service
 * @param words `key=value`
 * @throws Error that says which word is wrong
 */
export async function setFault(
  instance: Instance,
  name: string,
  target: string | undefined,
  words: readonly string[] = [],
): Promise<void> {
  requireUp(instance);
  if (isHost(target)) await setHostFault(instance, { name: hostFaultNamed(name), host: target });
  else await administer(instance, "PUT", faultRequest(name, target, words, targetNames()));
}

/** Ends faults of the standing hosts; a host that was powered off boots again. */
async function clearFaultsOfHosts(
  instance: Instance,
  say: (line: string) => void,
  only: { name?: HostFaultName; host?: HostName },
): Promise<void> {
  requireUp(instance);
  const ended = await clearHostFaults(instance, only);
  const hosts = ended.filter(({ name }) => name === "stop").map(({ host }) => host);
  if (hosts.length > 0) await labUp(instance, { projectRoot, say, hosts });
}

/**
 * Ends a fault.
 * @param name undefined: all faults
 * @param target undefined: wherever it is set
 */
export async function clearFault(
  instance: Instance,
  say: (line: string) => void,
  name?: string,
  target?: string,
): Promise<void> {
  if (name === undefined) {
    await clearFaultsOfHosts(instance, say, {});
    await administer(instance, "DELETE", { service: "github", path: "/_lab/faults" });
    // Last: one of a machine that is off cannot be ended.
    await administer(instance, "DELETE", { service: "proxmox", path: "/_lab/faults" });
  } else if (isHost(target)) {
    await clearFaultsOfHosts(instance, say, { name: hostFaultNamed(name), host: target });
  } else {
    const { service, path: where, subject } = faultToClear(name, target, targetNames());
    await administer(instance, "DELETE", { service, path: where, body: subject });
  }
}

/** A fault as a service's administration lists it. Proxmox VE's has its parameters beside its name. */
export interface ListedFault {
  readonly name: string;
  readonly vmid?: number;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** What is set now. */
export interface ActiveFaults {
  readonly proxmox: readonly ListedFault[];
  readonly github: readonly ListedFault[];
  readonly hosts: readonly { readonly name: string; readonly host: string }[];
}

export async function activeFaults(instance: Instance): Promise<ActiveFaults> {
  const of = async (service: FaultRequest["service"]): Promise<readonly ListedFault[]> =>
    (await administer(instance, "GET", { service, path: "/_lab/faults" })) as ListedFault[];
  const [proxmox, github] = await Promise.all([of("proxmox"), of("github")]);
  return { proxmox, github, hosts: activeHostFaults(instance) };
}
