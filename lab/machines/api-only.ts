import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Instance } from "../instance";
import type { GuestInterface, GuestState, MachineBackend, NicSettings, StartSettings } from "./backend";
import { machinesFolder } from "./script";

/**
 * No guests: a machine is a file that exists while it is "on". For tests and measurements of the API alone, and for hosts
 * where namespaces cannot be had. It reports the address that its NIC was given, and it obeys at once.
 */
export class ApiOnlyBackend implements MachineBackend {
  readonly kind = "api-only";
  private readonly folder: string;

  constructor(instance: Pick<Instance, "state">) {
    this.folder = machinesFolder(instance);
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  async start(vmid: number, settings: StartSettings): Promise<void> {
    const file = this.file(vmid);
    writeFileSync(`${file}.new`, JSON.stringify(settings.nic), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  async requestShutdown(vmid: number): Promise<void> {
    await this.stop(vmid);
  }

  async stop(vmid: number): Promise<void> {
    rmSync(this.file(vmid), { force: true });
  }

  isRunning(vmid: number): boolean {
    return existsSync(this.file(vmid));
  }

  guestState(vmid: number): GuestState {
    return this.isRunning(vmid) ? "ready" : "stopped";
  }

  poweredOnAt(vmid: number): number | undefined {
    return statSync(this.file(vmid), { throwIfNoEntry: false })?.mtimeMs;
  }

  diskUsedBytes(): number {
    return 0;
  }

  async interfaces(vmid: number): Promise<readonly GuestInterface[]> {
    const { mac, address } = JSON.parse(readFileSync(this.file(vmid), "utf8")) as NicSettings;
    const loopback: GuestInterface = {
      name: "lo",
      mac: "00:00:00:00:00:00",
      addresses: [{ family: "ipv4", address: "127.0.0.1", prefix: 8 }],
    };
    const [ip, length] = address?.split("/") ?? [];
    const addresses = ip === undefined ? [] : [{ family: "ipv4" as const, address: ip, prefix: Number(length) }];
    return [loopback, { name: "eth0", mac, addresses }];
  }

  // There is no guest whose packets, processor time or disk could be taken away; the administration refuses such faults.
  async setFirewall(): Promise<void> {}
  async setLink(): Promise<void> {}
  async freeze(): Promise<void> {}
  async thaw(): Promise<void> {}
  async fillDisk(): Promise<void> {}
  async clearDisk(): Promise<void> {}

  async destroy(vmid: number): Promise<void> {
    await this.stop(vmid);
  }

  private file(vmid: number): string {
    return path.join(this.folder, `${vmid}.json`);
  }
}
