/**
 * Reads Proxmox VE and GitHub before anything is created there.
 */
import type { GitHubClient } from "@ghrunners/core/github/client";
import type { ClusterGuest, StorageStatus, VmConfig } from "@ghrunners/core/proxmox/answers";
import type { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import type { PreflightInputs } from "./args";
import { zoneOf } from "./bridge-zone";
import { answers } from "./probe-address";
import { requiredPrivileges } from "./judge";
import { templateHolder } from "./judge-image";
import { poolMovePrivileges } from "./pool-move";
import type { Answer, GitHubObservation, ImageObservation, Privilege, ProxmoxObservation } from "./observation";

/** Runs a read; an error becomes part of the result. */
export async function attempt<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    const { message, status } = error as Error & { status?: number };
    return { error: message, ...(status === undefined ? {} : { status }) };
  }
}

/**
 * @param olds inputs of the stack's last update; empty at its first
 * @param isAnswered whether a machine answers at an address; called only for runners that have no VM yet
 */
export async function observeProxmox(
  proxmox: ProxmoxClient,
  inputs: PreflightInputs,
  olds: Partial<PreflightInputs> = {},
  isAnswered: (address: string) => Promise<boolean> = answers,
): Promise<ProxmoxObservation> {
  const guests = await attempt(() => proxmox.guests());
  if ("error" in guests) {
    // Then every other request would fail too, and one reason is enough.
    const none = { configs: new Map(), answering: [], images: new Map(), cpuTypes: new Map() };
    return { guests, nodes: guests, firewall: guests, storages: new Map(), missingPrivileges: guests, ...none };
  }
  const nodes = await attempt(() => proxmox.nodes());
  const off = "error" in nodes ? [] : nodes.value.filter(({ online }) => !online).map(({ node }) => node);
  const configs = new Map<number, VmConfig>();
  const answering: string[] = [];
  const fresh = inputs.runners.filter(({ vmId }) => !guests.value.some(({ vmid }) => vmid === vmId));
  // Do not query a node that is off: the request would only time out.
  const storages = new Map<string, Answer<StorageStatus>>();
  const cpuTypes = new Map<string, Answer<readonly string[]>>();
  const used = [...new Set(inputs.runners.map(({ node }) => node))].filter((node) => !off.includes(node));
  const [firewall, missingPrivileges] = await Promise.all([
    attempt(() => proxmox.datacenterFirewall()),
    attempt(async () => {
      const zone = await zoneOf(proxmox, inputs.proxmox.bridge);
      const usual = requiredPrivileges({ ...inputs, proxmox: { ...inputs.proxmox, zone } });
      return missing(proxmox, [...usual, ...poolMovePrivileges(olds, inputs, guests.value)]);
    }),
    ...used.map(async (node) =>
      storages.set(node, await attempt(() => proxmox.storageStatus(node, inputs.proxmox.storage))),
    ),
    ...(inputs.cpuType === undefined ? [] : used).map(async (node) =>
      cpuTypes.set(node, await attempt(() => proxmox.cpuTypes(node))),
    ),
    ...guests.value
      .filter(({ node }) => !off.includes(node))
      .map(async ({ vmid, node, type }) => {
        const config = await attempt(() => proxmox.vmConfig(node, vmid, type));
        if ("value" in config) configs.set(vmid, config.value);
      }),
    // With hosts skipped these addresses are never contacted, and need not belong to this network. A loopback address
    // belongs to this machine itself.
    ...(inputs.hosts ? fresh : []).map(async ({ address }) => {
      if (address.startsWith("127.")) return;
      if (await isAnswered(address)) answering.push(address);
    }),
  ]);
  const images = await observeImages(proxmox, inputs, guests.value, configs, off);
  return { guests, nodes, firewall, configs, answering, storages, cpuTypes, missingPrivileges, images };
}

/** Looks at the image where a template is still to be made. @param off nodes that are not asked */
async function observeImages(
  proxmox: ProxmoxClient,
  { proxmox: { image }, runners }: PreflightInputs,
  guests: readonly ClusterGuest[],
  configs: ReadonlyMap<number, VmConfig>,
  off: readonly string[],
): Promise<Map<string, ImageObservation>> {
  const seen = new Map<string, ImageObservation>();
  if (image === undefined) return seen;
  const places = new Map(runners.map(({ node, templateId }) => [node, templateId]));
  const due = [...places].filter(
    ([node, templateId]) =>
      !off.includes(node) && /^(none|unfinished)$/.test(templateHolder({ node, templateId }, image, guests, configs)),
  );
  await Promise.all(
    due.map(async ([node]) => {
      const storage = await attempt(() => proxmox.storageStatus(node, image.storage));
      const isUsable = "value" in storage && storage.value.content?.split(",").includes("import") === true;
      const files = isUsable ? await attempt(() => proxmox.importFiles(node, image.storage)) : undefined;
      const isThere =
        files !== undefined && "value" in files && files.value.some(({ volid }) => volid.endsWith(`/${image.file}`));
      const download = isThere ? undefined : await attempt(() => proxmox.urlMetadata(node, image.url));
      seen.set(node, { storage, download });
    }),
  );
  return seen;
}

async function missing(proxmox: ProxmoxClient, required: readonly Privilege[]): Promise<Privilege[]> {
  const paths = [...new Set(required.map(({ path }) => path))];
  const granted = new Map(
    await Promise.all(paths.map(async (path) => [path, await proxmox.privileges(path)] as const)),
  );
  return required.filter(({ path, privilege }) => !granted.get(path)?.has(privilege));
}

export async function observeGitHub(github: GitHubClient, inputs: PreflightInputs): Promise<GitHubObservation> {
  const repository = await attempt(() => github.repository());
  if ("error" in repository) {
    return { repository, runners: repository, registration: repository, workflow: repository };
  }
  const [runners, registration, workflow] = await Promise.all([
    attempt(async () =>
      (await Promise.all(inputs.runners.map(({ name }) => github.runnerNamed(name)))).filter(
        (runner) => runner !== undefined,
      ),
    ),
    // The only way to learn whether the token may register hosts is to request a registration token; it is discarded.
    attempt(async () => {
      await github.registrationToken();
      return true as const;
    }),
    attempt(async () => {
      await github.workflow(inputs.smokeWorkflow);
      return true as const;
    }),
  ]);
  return { repository, runners, registration, workflow };
}
