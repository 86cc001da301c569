import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Instance } from "../instance";
import type { GuestInterface, GuestState, MachineBackend, StartSettings } from "./backend";
import { machinesFolder, run, scriptEnvironment, scriptPath } from "./script";
import { linkTemplate } from "./template";

const unified = existsSync("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // A machine may end between two reads.
  }
}

/** One interface of `ip -json address` (iproute2). */
interface IpAddress {
  readonly ifname: string;
  readonly address: string;
  readonly addr_info: readonly {
    readonly family: "inet" | "inet6";
    readonly local: string;
    readonly prefixlen: number;
  }[];
}

/** Real Linux machines: systemd-nspawn guests, each with its own network and user namespace. Needs root. */
export class NspawnBackend implements MachineBackend {
  readonly kind = "nspawn";
  private readonly env: NodeJS.ProcessEnv;
  private readonly folder: string;

  /** @param bridge bridge in the node's namespace to which every NIC is attached */
  constructor(
    private readonly instance: Pick<Instance, "prefix" | "state">,
    private readonly bridge: string,
  ) {
    this.env = scriptEnvironment(instance);
    this.folder = machinesFolder(instance);
  }

  async start(vmid: number, settings: StartSettings): Promise<void> {
    const seed = path.join(this.folder, String(vmid), "seed");
    mkdirSync(seed, { recursive: true, mode: 0o700 });
    const write = (name: string, text: string): void => writeFileSync(path.join(seed, name), text, { mode: 0o600 });
    write("user-data", settings.seed.userData);
    write("meta-data", settings.seed.metaData);
    write("vendor-data", settings.seed.vendorData);
    writeFileSync(path.join(seed, "resolv.conf"), settings.resolvConf, { mode: 0o644 });
    this.writeFirewall(vmid, settings.firewall);
    if (settings.template !== undefined) linkTemplate(path.dirname(seed), settings.template);
    const { mac, address = "", gateway = "", linkUp } = settings.nic;
    await run(scriptPath("start"), [String(vmid), String(settings.diskBytes), this.bridge], {
      ...this.env,
      GHR_MAC: mac,
      GHR_ADDRESS: address,
      GHR_GATEWAY: gateway,
      GHR_LINK: linkUp ? "up" : "down",
    });
  }

  async requestShutdown(vmid: number): Promise<void> {
    await this.control("shutdown", vmid);
  }

  async stop(vmid: number): Promise<void> {
    if (existsSync(path.join(this.folder, String(vmid)))) await this.control("cut", vmid);
  }

  isRunning(vmid: number): boolean {
    return read(path.join(this.group(vmid), "cgroup.events")).includes("populated 1");
  }

  guestState(vmid: number): GuestState {
    if (!this.isRunning(vmid)) return "stopped";
    const payload = path.join(this.group(vmid), "machine", "payload");
    if (read(path.join(payload, "cgroup.events")).includes("frozen 1")) return "frozen";
    const init = read(path.join(payload, "init.scope", "cgroup.procs")).split("\n", 1)[0];
    // The guest is ready when its SSH server listens: port 22 (hexadecimal 16) in state LISTEN (0A), see
    // proc_pid_net(5).
    const listens = ["tcp", "tcp6"].some((table) => /:0016 [0-9A-F]+:0000 0A/.test(read(`/proc/${init}/net/${table}`)));
    return init && listens ? "ready" : "starting";
  }

  poweredOnAt(vmid: number): number | undefined {
    return this.isRunning(vmid)
      ? statSync(path.join(this.group(vmid), "guard"), { throwIfNoEntry: false })?.ctimeMs
      : undefined;
  }

  diskUsedBytes(vmid: number): number {
    // st_blocks counts units of 512 bytes, see stat(2); the disk is a sparse file.
    return (statSync(path.join(this.folder, String(vmid), "disk.raw"), { throwIfNoEntry: false })?.blocks ?? 0) * 512;
  }

  async interfaces(vmid: number): Promise<readonly GuestInterface[]> {
    const text = await run("ip", ["-netns", `${this.instance.prefix}-vm${vmid}`, "-json", "address"], this.env);
    return (JSON.parse(text) as IpAddress[]).map((entry) => ({
      name: entry.ifname,
      mac: entry.address,
      addresses: entry.addr_info.map(({ family, local, prefixlen }) => ({
        family: family === "inet" ? "ipv4" : "ipv6",
        address: local,
        prefix: prefixlen,
      })),
    }));
  }

  async setFirewall(vmid: number, script: string | undefined): Promise<void> {
    this.writeFirewall(vmid, script);
    if (this.isRunning(vmid)) await this.control("firewall", vmid);
  }

  async setLink(vmid: number, up: boolean): Promise<void> {
    if (this.isRunning(vmid)) await this.control("link", vmid, up ? "up" : "down");
  }

  async freeze(vmid: number): Promise<void> {
    await this.control("freeze", vmid);
  }

  async thaw(vmid: number): Promise<void> {
    if (this.isRunning(vmid)) await this.control("thaw", vmid);
  }

  async fillDisk(vmid: number): Promise<void> {
    await this.control("fill", vmid);
  }

  async clearDisk(vmid: number): Promise<void> {
    await this.control("clear", vmid);
  }

  async takeInodes(vmid: number): Promise<void> {
    await this.control("take-inodes", vmid);
  }

  async giveInodes(vmid: number): Promise<void> {
    await this.control("give-inodes", vmid);
  }

  async runInside(vmid: number, command: readonly string[]): Promise<void> {
    await this.control("exec", vmid, ...command);
  }

  async destroy(vmid: number): Promise<void> {
    await this.control("destroy", vmid);
  }

  private group(vmid: number): string {
    return path.join(unified, this.instance.prefix, `vm${vmid}`);
  }

  private writeFirewall(vmid: number, script: string | undefined): void {
    const file = path.join(this.folder, String(vmid), "seed", "firewall.nft");
    if (script === undefined) rmSync(file, { force: true });
    else if (existsSync(path.dirname(file))) writeFileSync(file, script, { mode: 0o600 });
  }

  private control(action: string, vmid: number, ...args: string[]): Promise<string> {
    return run(scriptPath("control"), [action, String(vmid), ...args], this.env);
  }
}
