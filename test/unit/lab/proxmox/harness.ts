import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { ApiOnlyBackend, type MachineBackend } from "@ghrunners/lab/machines/index";
import { createEmulator, type ProxmoxEmulator } from "@ghrunners/lab/proxmox/emulator";
import type { ProxmoxSeed } from "@ghrunners/lab/proxmox/seed";
import { ensureAuthority, ensureServerCertificate } from "@ghrunners/lab/tls";
import { until } from "@ghrunners/core/until";

export const node = "pve-test";
export const tokenId = "pulumi@pve!test";
export const secret = "11111111-2222-3333-4444-555555555555";

/** All that a runner's machine takes, and nothing else. */
export const acl: ProxmoxSeed["tokens"][number]["acl"] = [
  {
    path: "/vms",
    privileges: [
      ...[
        "VM.Audit",
        "VM.Allocate",
        "VM.Clone",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.CDROM",
        "VM.Config.Disk",
      ],
      ...[
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.GuestAgent.Audit",
        "VM.PowerMgmt",
      ],
    ],
  },
  { path: "/storage/local-lvm", privileges: ["Datastore.Audit", "Datastore.AllocateSpace"] },
  { path: "/sdn/zones/localnetwork/vmbr0", privileges: ["SDN.Use"] },
  { path: "/pool", privileges: ["Pool.Audit", "Pool.Allocate"] },
  { path: "/nodes", privileges: ["Sys.Audit"] },
];

export function testSeed(changes: Partial<ProxmoxSeed> = {}): ProxmoxSeed {
  return {
    node,
    version: "9.1",
    bridge: "vmbr0",
    storages: [{ id: "local-lvm", type: "lvmthin", totalBytes: 64 * 2 ** 30 }],
    template: { vmid: 9000, name: "debian-12-cloud", diskGiB: 2, storage: "local-lvm" },
    tokens: [{ id: tokenId, secretSha256: createHash("sha256").update(secret).digest("hex"), acl }],
    pools: [],
    ...changes,
  };
}

export interface HttpReply {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
  /** The reply's `data`; undefined without a JSON body. */
  readonly data: unknown;
  readonly errors: Readonly<Record<string, string>> | undefined;
  readonly message: string | undefined;
}

/** Form parameters as the provider sends them. */
export type FormBody = Readonly<Record<string, string | number>>;

/** An emulator in this process, behind real TLS, with a folder of its own. */
export class EmulatorHarness {
  private constructor(
    readonly folder: string,
    readonly seed: ProxmoxSeed,
    private readonly server: https.Server,
    private readonly ca: Buffer,
    public emulator: ProxmoxEmulator,
  ) {}

  static async start(
    changes: Partial<ProxmoxSeed> = {},
    machines?: (folder: string) => MachineBackend,
  ): Promise<EmulatorHarness> {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-proxmox-"));
    const authority = await ensureAuthority(path.join(folder, "ca"), new Date());
    const files = { certificate: path.join(folder, "server.pem"), key: path.join(folder, "server-key.pem") };
    await ensureServerCertificate(authority, files, { ips: ["127.0.0.1"], names: ["localhost"] }, new Date());
    const seed = testSeed(changes);
    const emulator = await EmulatorHarness.emulate(folder, seed, machines);
    const tls = { cert: readFileSync(files.certificate), key: readFileSync(files.key), minVersion: "TLSv1.3" as const };
    const server = https.createServer(tls);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const lab = new EmulatorHarness(folder, seed, server, readFileSync(authority.certificate), emulator);
    server.on("request", (request, response) => lab.emulator.api(request, response));
    return lab;
  }

  private static emulate(
    folder: string,
    seed: ProxmoxSeed,
    machines = (at: string): MachineBackend => new ApiOnlyBackend({ state: at }),
  ) {
    let drawn = 0;
    const randomBytes = (count: number): Buffer => Buffer.alloc(count, (drawn += 1));
    return createEmulator(path.join(folder), seed, machines(folder), { now: Date.now, randomBytes });
  }

  /** As after kill -9: nothing of the old emulator is used again but its folder. */
  async restart(): Promise<void> {
    this.emulator = await EmulatorHarness.emulate(this.folder, this.seed);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One request in the provider's form: parameters of GET and DELETE in the query, others in a form body. */
  request(method: string, apiPath: string, form: FormBody = {}, token = `${tokenId}=${secret}`): Promise<HttpReply> {
    const text = new URLSearchParams(
      Object.entries(form).map(([name, value]): [string, string] => [name, String(value)]),
    ).toString();
    const inQuery = method === "GET" || method === "DELETE";
    const query = inQuery && text !== "" ? `${apiPath.includes("?") ? "&" : "?"}${text}` : "";
    return new Promise((resolve, reject) => {
      const request = https.request(
        {
          host: "127.0.0.1",
          port: (this.server.address() as AddressInfo).port,
          method,
          path: `/api2/json${apiPath}${query}`,
          ca: this.ca,
          agent: false,
          headers: {
            authorization: `PVEAPIToken=${token}`,
            ...(inQuery
              ? {}
              : { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const body = Buffer.concat(chunks).toString("utf8");
            const json = (body === "" ? {} : JSON.parse(body)) as Partial<HttpReply>;
            const { data, errors, message } = json;
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? "",
              body,
              data,
              errors,
              message,
            });
          });
        },
      );
      request.on("error", reject);
      request.end(inQuery ? undefined : text);
    });
  }

  /** The data of a request that must succeed. */
  async get<T = unknown>(method: string, apiPath: string, form: FormBody = {}): Promise<T> {
    const reply = await this.request(method, apiPath, form);
    if (reply.status !== 200)
      throw new Error(`${method} ${apiPath}: ${reply.status} ${reply.statusText} ${reply.body}`);
    return reply.data as T;
  }

  /** Runs a call that answers with a task; returns how the task ended. */
  async task(method: string, apiPath: string, form: FormBody = {}): Promise<string> {
    const upid = await this.get<string>(method, apiPath, form);
    const place = `/nodes/${node}/tasks/${upid.replace("!", "%21")}/status`;
    return until(
      `task ${upid} has ended`,
      10_000,
      async () => (await this.get<{ exitstatus?: string }>("GET", place)).exitstatus,
    );
  }

  vm(vmid: number, rest = ""): string {
    return `/nodes/${node}/qemu/${vmid}${rest}`;
  }

  /** A configured clone of the template, switched off. */
  async clone(vmid: number, form: FormBody = {}): Promise<void> {
    const end = await this.task("POST", this.vm(9000, "/clone"), {
      newid: vmid,
      full: 1,
      name: `runner-${vmid}`,
      ...form,
    });
    if (end !== "OK") throw new Error(`clone ended with ${end}`);
    await this.get("PUT", this.vm(vmid, "/config"), {
      agent: "enabled=1,type=virtio",
      ipconfig0: `gw=198.51.100.1,ip=198.51.100.${vmid - 100}/24`,
    });
  }
}
