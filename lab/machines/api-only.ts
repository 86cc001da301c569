import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { Instance } from "../instance";
import type { GuestInterface, GuestState, MachineBackend, NicSettings, StartSettings } from "./backend";
import { machinesFolder } from "./script";

/** A machine that is "on". */
interface PoweredOn {
  readonly nic: NicSettings;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/**
 * No guests: a machine is a file that exists while it is "on". For tests and measurements of the API alone, and for
 * hosts where namespaces cannot be made. It reports the address that its NIC was given, and it obeys at once.
 */
export class ApiOnlyBackend implements MachineBackend {
  readonly kind = "api-only";
  private readonly folder: string;
  /** The files' content: a list of all VMs asks for every machine. */
  private readonly on = new Map<number, PoweredOn>();

  constructor(instance: Pick<Instance, "state">) {
    this.folder = machinesFolder(instance);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.folder).filter((entry) => /^\d+\.json$/.test(entry))) {
      const file = path.join(this.folder, name);
      const nic = JSON.parse(readFileSync(file, "utf8")) as NicSettings;
      this.on.set(parseInt(name, 10), { nic, since: statSync(file).mtimeMs });
    }
  }

  async start(vmid: number, settings: StartSettings): Promise<void> {
    const file = this.file(vmid);
    writeWhole(file, JSON.stringify(settings.nic), { flush: false });
    this.on.set(vmid, { nic: settings.nic, since: statSync(file).mtimeMs });
  }

  async requestShutdown(vmid: number): Promise<void> {
    await this.stop(vmid);
  }

  async stop(vmid: number): Promise<void> {
    rmSync(this.file(vmid), { force: true });
    this.on.delete(vmid);
  }

  isRunning(vmid: number): boolean {
    return this.on.has(vmid);
  }

  guestState(vmid: number): GuestState {
    return this.isRunning(vmid) ? "ready" : "stopped";
  }

  poweredOnAt(vmid: number): number | undefined {
    return this.on.get(vmid)?.since;
  }

  diskUsedBytes(): number {
    return 0;
  }

  async interfaces(vmid: number): Promise<readonly GuestInterface[]> {
    const nic = this.on.get(vmid)?.nic;
    if (nic === undefined) throw new Error(`Machine ${vmid} is off: it has no interfaces.`);
    const { mac, address } = nic;
    const loopback: GuestInterface = {
      name: "lo",
      mac: "00:00:00:00:00:00",
      addresses: [{ family: "ipv4", address: "127.0.0.1", prefix: 8 }],
    };
    const [ip, length] = address?.split("/") ?? [];
    const addresses = ip === undefined ? [] : [{ family: "ipv4" as const, address: ip, prefix: Number(length) }];
    return [loopback, { name: "eth0", mac, addresses }];
  }

  // There is no guest whose packets, processor time or disk could be taken away, nor one that runs commands; the
  // administration refuses such faults.
  async setFirewall(): Promise<void> {}
  async setLink(): Promise<void> {}
  async freeze(): Promise<void> {}
  async thaw(): Promise<void> {}
  async fillDisk(): Promise<void> {}
  async clearDisk(): Promise<void> {}
  async takeInodes(): Promise<void> {}
  async giveInodes(): Promise<void> {}
  async runInside(): Promise<void> {}

  async destroy(vmid: number): Promise<void> {
    await this.stop(vmid);
  }

  private file(vmid: number): string {
    return path.join(this.folder, `${vmid}.json`);
  }
}
