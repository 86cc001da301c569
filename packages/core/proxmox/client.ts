/**
 * The few calls to Proxmox VE that the bridged provider does not make: checks before creating, and removal of what an
 * interrupted run left behind. Source of paths and wording: Proxmox VE API viewer, version 9.
 */
import { explainNoAnswer } from "../https/explain-no-answer";
import { poll } from "../until";
import { checksumAlgorithm } from "./image";
import type { ClusterGuest, StorageFile, StorageStatus, UrlMetadata, VmConfig } from "./answers";

const REQUEST_TIMEOUT_MS = 15_000;

/** Where the API is, and with which token. */
export interface ProxmoxAccess {
  /** `https://host:8006/`. */
  readonly endpoint: string;
  /** USER@REALM!TOKENID=UUID; held in memory only. */
  readonly token: string;
  /** Time limit of one request, milliseconds; default 15,000. */
  readonly limitMs?: number;
}

/** A refusal of the API with Proxmox VE's own message. */
export class ProxmoxError extends Error {
  constructor(
    message: string,
    readonly status: number | undefined,
  ) {
    super(message);
  }
}

export class ProxmoxClient {
  constructor(private readonly access: ProxmoxAccess) {}

  /** @param form parameters of a POST or PUT */
  private async call<T>(
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<T> {
    const { endpoint, token, limitMs = REQUEST_TIMEOUT_MS } = this.access;
    const url = `${endpoint.replace(/\/+$/, "")}/api2/json${path}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method,
        headers: { Authorization: `PVEAPIToken=${token}` },
        signal: AbortSignal.timeout(limitMs),
        ...(form && { body: new URLSearchParams(form) }),
      });
    } catch (error) {
      throw new ProxmoxError(
        explainNoAnswer(endpoint, "the Proxmox VE API", "ghrunners:proxmox.endpoint", error),
        undefined,
      );
    }
    const text = await response.text();
    if (!response.ok) {
      const words = [response.statusText, ...refusedParameters(text)].join(" ");
      throw new ProxmoxError(explainStatus(response.status, words, path), response.status);
    }
    return (JSON.parse(text) as { data: T }).data;
  }

  async guests(): Promise<ClusterGuest[]> {
    const rows = await this.call<
      {
        vmid: number;
        name?: string;
        node: string;
        template?: number | boolean;
        status?: string;
        type?: "qemu" | "lxc";
      }[]
    >("GET", "/cluster/resources?type=vm");
    return rows.map((row) => ({
      vmid: row.vmid,
      name: row.name ?? "",
      node: row.node,
      template: Boolean(row.template),
      type: row.type ?? "qemu",
      status: row.status,
    }));
  }

  vmConfig(node: string, vmId: number, type: ClusterGuest["type"] = "qemu"): Promise<VmConfig> {
    return this.call("GET", `/nodes/${node}/${type}/${vmId}/config`);
  }

  /** Every node of the cluster; any token may list them. */
  async nodes(): Promise<{ readonly node: string; readonly online: boolean }[]> {
    const rows = await this.call<{ node: string; status?: string }[]>("GET", "/cluster/resources?type=node");
    return rows.map(({ node, status }) => ({ node, online: status === "online" }));
  }

  /**
   * Whether the datacenter's firewall is on; without it no VM's firewall has an effect. Undefined if the token may not
   * see it (needs Sys.Audit on /).
   */
  async datacenterFirewall(): Promise<boolean | undefined> {
    try {
      // Absent means off. Source: pve-firewall(8), "The firewall is completely disabled by default".
      return Number((await this.call<{ enable?: number }>("GET", "/cluster/firewall/options")).enable ?? 0) !== 0;
    } catch (error) {
      if (error instanceof ProxmoxError && error.status === 403) return undefined;
      throw error;
    }
  }

  storageStatus(node: string, storage: string): Promise<StorageStatus> {
    return this.call("GET", `/nodes/${node}/storage/${encodeURIComponent(storage)}/status`);
  }

  /** Processor types that the node offers; those of the cluster's own only to a token with Sys.Audit on /nodes. */
  async cpuTypes(node: string): Promise<string[]> {
    return (await this.call<{ name: string }[]>("GET", `/nodes/${node}/capabilities/qemu/cpu`)).map(({ name }) => name);
  }

  /** Storages of the node that the token may use. */
  async storages(node: string): Promise<{ readonly storage: string; readonly content: readonly string[] }[]> {
    const rows = await this.call<{ storage: string; content?: string }[]>("GET", `/nodes/${node}/storage`);
    return rows.map(({ storage, content = "" }) => ({ storage, content: content.split(",") }));
  }

  /** Virtual networks with their zones, those on which the token has SDN.Audit or SDN.Allocate. */
  vnets(): Promise<{ readonly vnet: string; readonly zone: string }[]> {
    return this.call("GET", "/cluster/sdn/vnets");
  }

  /** Effective privileges of the token by every path that has an entry. */
  async permissions(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
    const data = await this.call<Record<string, Record<string, number | boolean>>>("GET", "/access/permissions");
    return new Map(Object.entries(data).map(([path, held]) => [path, new Set(Object.keys(held))]));
  }

  /** Whether no guest has this VMID, also none that the token may not see. */
  async isFreeVmId(vmId: number): Promise<boolean> {
    try {
      await this.call("GET", `/cluster/nextid?vmid=${vmId}`);
      return true;
    } catch (error) {
      if (error instanceof ProxmoxError && error.status === 400) return false;
      throw error;
    }
  }

  /** Effective privileges of the token on one path. */
  async privileges(path: string): Promise<ReadonlySet<string>> {
    const data = await this.call<Record<string, Record<string, number | boolean>>>(
      "GET",
      `/access/permissions?path=${encodeURIComponent(path)}`,
    );
    return new Set(Object.keys(data[path] ?? {}));
  }

  /**
   * When a token ends, seconds since 1970; 0 if never. @throws ProxmoxError 403 to the token itself: Proxmox VE shows
   * it to the user and to those with User.Modify, and a token is not its user.
   */
  async tokenExpires(): Promise<number> {
    const [, user = "", id = ""] = /^([^!]+)!([^=]+)=/.exec(this.access.token) ?? [];
    const path = `/access/users/${encodeURIComponent(user)}/token/${encodeURIComponent(id)}`;
    return (await this.call<{ expire?: number }>("GET", path)).expire ?? 0;
  }

  /** Stops and deletes a VM with its disks, once no other task holds its lock. */
  async removeVm(node: string, vmId: number, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    const isUnlocked = (seen: VmConfig): boolean => seen.lock === undefined;
    const { lock } = await poll(() => this.vmConfig(node, vmId), isUnlocked, { limitMs, pauseMs: 1_000 });
    if (lock !== undefined) {
      throw new ProxmoxError(
        `VM ${vmId} has been locked (${lock}) for ${limitMs / 1000} s. Expected the task that holds it to end. ` +
          `Next: qm unlock ${vmId} on ${node}, then pulumi up`,
        undefined,
      );
    }
    const { status } = await this.call<{ status: string }>("GET", `/nodes/${node}/qemu/${vmId}/status/current`);
    if (status !== "stopped")
      await this.task(node, await this.call("POST", `/nodes/${node}/qemu/${vmId}/status/stop`), deadline);
    const query = "destroy-unreferenced-disks=1&purge=1";
    await this.task(node, await this.call("DELETE", `/nodes/${node}/qemu/${vmId}?${query}`), deadline);
  }

  /** Files on a storage that can be imported as a disk. */
  importFiles(node: string, storage: string): Promise<StorageFile[]> {
    return this.call("GET", `/nodes/${node}/storage/${encodeURIComponent(storage)}/content?content=import`);
  }

  /** What a server says about a file, asked by the node. Needs Sys.AccessNetwork on the node. */
  urlMetadata(node: string, url: string): Promise<UrlMetadata> {
    return this.call("GET", `/nodes/${node}/query-url-metadata?url=${encodeURIComponent(url)}`);
  }

  /**
   * Lets the node download an image to a storage with the content `import`. A file that is there already, with this
   * checksum, is kept and nothing is downloaded; with another checksum it fails, and no file is left.
   * @param limitMs time limit of the whole download
   */
  async downloadImage(
    node: string,
    storage: string,
    { url, file, checksum }: { readonly url: string; readonly file: string; readonly checksum: string },
    limitMs: number,
  ): Promise<void> {
    const sum = { checksum, "checksum-algorithm": checksumAlgorithm(checksum) };
    const form = { content: "import", url, filename: file, ...sum };
    const path = `/nodes/${node}/storage/${encodeURIComponent(storage)}/download-url`;
    await this.task(node, await this.call("POST", path, form), performance.now() + limitMs);
  }

  /** Makes a VM that is off. If that fails, Proxmox VE removes it again. @param options as in its configuration */
  async createVm(node: string, options: Readonly<Record<string, string>>, limitMs: number): Promise<void> {
    await this.task(node, await this.call("POST", `/nodes/${node}/qemu`, options), performance.now() + limitMs);
  }

  /** Replaces the tags of a VM or template. */
  async setTags(node: string, vmId: number, tags: readonly string[]): Promise<void> {
    await this.call("PUT", `/nodes/${node}/qemu/${vmId}/config`, { tags: tags.join(";") });
  }

  /** Turns a VM that is off into a template. */
  async makeTemplate(node: string, vmId: number, limitMs: number): Promise<void> {
    await this.task(
      node,
      await this.call("POST", `/nodes/${node}/qemu/${vmId}/template`, {}),
      performance.now() + limitMs,
    );
  }

  /** Deletes every firewall rule of a VM. */
  async clearFirewallRules(node: string, vmId: number): Promise<void> {
    const base = `/nodes/${node}/qemu/${vmId}/firewall/rules`;
    const rules = await this.call<unknown[]>("GET", base);
    // Deleting position 0 moves the other rules up.
    for (let left = rules.length; left > 0; left -= 1) await this.call("DELETE", `${base}/0`);
  }

  /** Deletes an IP set of a VM's firewall with its entries, if it is there. */
  async removeFirewallSet(node: string, vmId: number, name: string): Promise<void> {
    const base = `/nodes/${node}/qemu/${vmId}/firewall/ipset`;
    const sets = await this.call<{ name: string }[]>("GET", base);
    if (!sets.some((set) => set.name === name)) return;
    const entries = await this.call<{ cidr: string }[]>("GET", `${base}/${name}`);
    // Proxmox VE deletes only an empty set.
    for (const { cidr } of entries) await this.call("DELETE", `${base}/${name}/${cidr}`);
    await this.call("DELETE", `${base}/${name}`);
  }

  /** @param deadline on the clock of `performance.now()` */
  private async task(node: string, upid: string, deadline: number): Promise<void> {
    const path = `/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`;
    const { status, exitstatus } = await poll(
      () => this.call<{ status: string; exitstatus?: string }>("GET", path),
      (seen) => seen.status === "stopped",
      { limitMs: deadline - performance.now(), pauseMs: 500 },
    );
    if (status !== "stopped") throw new ProxmoxError(`Proxmox VE task did not end in time (${upid})`, undefined);
    if (exitstatus === "OK" || exitstatus?.startsWith("WARNINGS")) return;
    throw new ProxmoxError(`Proxmox VE task failed: ${exitstatus ?? "no reason given"} (${upid})`, undefined);
  }
}

/** What a refusal says about single parameters: `name: what is wrong`. */
function refusedParameters(body: string): string[] {
  try {
    const { errors } = JSON.parse(body) as { errors?: Readonly<Record<string, string>> };
    return Object.entries(errors ?? {}).map(([name, wrong]) => `${name}: ${wrong.trim()}`);
  } catch {
    return [];
  }
}

function explainStatus(status: number, words: string, path: string): string {
  if (status === 401) {
    return (
      `Proxmox VE refuses the API token (401 ${words}). Expected a valid USER@REALM!TOKENID=UUID that has not expired. ` +
      `Next: pulumi config set --secret ghrunners:proxmoxToken`
    );
  }
  if (status === 403) {
    return `Proxmox VE refuses ${path} (403 ${words}). Next: give the token's role that privilege, Datacenter > Permissions`;
  }
  if (status >= 500) {
    return (
      `Proxmox VE answered ${status} ${words} to ${path}. ` +
      `Next: the same command again; if it stays so, check the settings below ghrunners:proxmox, and journalctl -u pveproxy on the node`
    );
  }
  return `Proxmox VE answered ${status} ${words} to ${path}. Next: check the settings below ghrunners:proxmox`;
}
