import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Pool, Vm } from "./model";
import type { ProxmoxSeed } from "./seed";
import { printSize } from "./values";

function writeAtomically(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The template that a node has from the start: a cloud image with one disk and a cloud-init drive. */
function templateOf(seed: ProxmoxSeed): Vm {
  const { vmid, name, diskGiB, storage } = seed.template;
  const bytes = Math.ceil(diskGiB * 2 ** 30);
  const disk = `${storage}:base-${vmid}-disk-0`;
  const cloudInit = `${storage}:vm-${vmid}-cloudinit`;
  return {
    vmid,
    config: {
      name,
      template: "1",
      boot: "order=scsi0",
      cores: "1",
      ide2: `${cloudInit},media=cdrom,size=4M`,
      memory: "1024",
      net0: `virtio=BC:24:11:00:00:00,bridge=${seed.bridge}`,
      ostype: "l26",
      scsi0: `${disk},size=${printSize(bytes)}`,
      scsihw: "virtio-scsi-pci",
    },
    pending: { set: {}, delete: [] },
    volumes: { [disk]: bytes, [cloudInit]: 4 * 2 ** 20 },
    firewall: { options: {}, rules: [] },
  };
}

/** VMs and pools: in memory for reading, one file a VM on disk, each written whole and renamed. */
export class Store {
  private readonly vms = new Map<number, Vm>();
  private readonly pools = new Map<string, Pool>();
  private readonly vmFolder: string;
  private readonly poolFile: string;

  constructor(folder: string, seed: ProxmoxSeed) {
    this.vmFolder = path.join(folder, "vms");
    this.poolFile = path.join(folder, "pools.json");
    mkdirSync(this.vmFolder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.vmFolder).filter((entry) => /^\d+\.json$/.test(entry))) {
      const vm = readJson<Vm>(path.join(this.vmFolder, name));
      if (vm !== undefined) this.vms.set(vm.vmid, vm);
    }
    if (!this.vms.has(seed.template.vmid)) this.putVm(templateOf(seed));
    const pools = readJson<Pool[]>(this.poolFile) ?? seed.pools.map((pool) => ({ ...pool, vms: [] }));
    for (const pool of pools) this.pools.set(pool.poolid, pool);
  }

  vm(vmid: number): Vm | undefined {
    return this.vms.get(vmid);
  }

  allVms(): readonly Vm[] {
    return [...this.vms.values()].sort((one, other) => one.vmid - other.vmid);
  }

  putVm(vm: Vm): void {
    writeAtomically(path.join(this.vmFolder, `${vm.vmid}.json`), vm);
    this.vms.set(vm.vmid, vm);
  }

  removeVm(vmid: number): void {
    rmSync(path.join(this.vmFolder, `${vmid}.json`), { force: true });
    this.vms.delete(vmid);
    const pool = this.poolOf(vmid);
    if (pool !== undefined) this.putPool({ ...pool, vms: pool.vms.filter((member) => member !== vmid) });
  }

  pool(poolid: string): Pool | undefined {
    return this.pools.get(poolid);
  }

  allPools(): readonly Pool[] {
    return [...this.pools.values()];
  }

  poolOf(vmid: number): Pool | undefined {
    return this.allPools().find((pool) => pool.vms.includes(vmid));
  }

  putPool(pool: Pool): void {
    this.pools.set(pool.poolid, pool);
    writeAtomically(this.poolFile, this.allPools());
  }

  removePool(poolid: string): void {
    this.pools.delete(poolid);
    writeAtomically(this.poolFile, this.allPools());
  }
}
