import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { writeWhole } from "@ghrunners/core/whole-file";
import type { DatacenterFirewall } from "./firewall/datacenter";
import type { ResourcePool, Vm, VmFirewall } from "./model";
import type { ProxmoxSeed } from "./seed";
import { printSize, volumeId } from "./values";

function writeAtomically(file: string, value: unknown): void {
  writeWhole(file, JSON.stringify(value), { flush: false });
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Files `VMID.json` of a folder, which is made if it is not there. */
function readFolder<T>(folder: string): [number, T][] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder).flatMap((name): [number, T][] => {
    const vmid = /^(\d+)\.json$/.exec(name)?.[1];
    const value = vmid === undefined ? undefined : readJson<T>(path.join(folder, name));
    return value === undefined ? [] : [[Number(vmid), value]];
  });
}

/** A template that a node has from the start: a cloud image with one disk and a cloud-init drive. */
function templateOf(seed: ProxmoxSeed, template: ProxmoxSeed["template"]): Vm {
  const { vmid, name, diskGiB, storage, node, config: otherwise = {} } = template;
  const bytes = Math.ceil(diskGiB * 2 ** 30);
  const type = seed.storages.find(({ id }) => id === storage)?.type ?? "lvmthin";
  const disk = volumeId({ id: storage, type }, vmid, `base-${vmid}-disk-0`);
  const cloudInit = volumeId({ id: storage, type }, vmid, `vm-${vmid}-cloudinit`);
  const firmware = {
    EFI: volumeId({ id: storage, type }, vmid, `base-${vmid}-disk-1`),
    TPM: volumeId({ id: storage, type }, vmid, `base-${vmid}-disk-2`, "raw"),
  };
  const usual = {
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
  };
  const config = Object.entries({ ...usual, ...otherwise })
    .filter(([, value]) => value !== "")
    .map(([option, value]): [string, string] => [
      option,
      value
        .replaceAll("DISK", disk)
        .replaceAll("CLOUDINIT", cloudInit)
        .replaceAll(/\b(EFI|TPM)\b/g, (place) => firmware[place as keyof typeof firmware]),
    ]);
  const volumes = Object.values(firmware).filter((volume) => config.some(([, value]) => value.includes(volume)));
  return {
    vmid,
    ...(node && { node }),
    config: Object.fromEntries(config),
    pending: { set: {}, delete: [] },
    volumes: {
      [disk]: bytes,
      [cloudInit]: 4 * 2 ** 20,
      ...Object.fromEntries(volumes.map((volume) => [volume, 4 * 2 ** 20])),
    },
  };
}

/** VMs and pools: in memory for reading, one file a VM on disk, each written whole and renamed. */
export class ProxmoxStore {
  private readonly vms = new Map<number, Vm>();
  private readonly pools = new Map<string, ResourcePool>();
  private readonly firewalls = new Map<number, VmFirewall>();
  private readonly vmFolder: string;
  private readonly firewallFolder: string;
  private readonly poolFile: string;
  private readonly datacenterFile: string;
  private datacenter: DatacenterFirewall;

  constructor(folder: string, seed: ProxmoxSeed) {
    this.vmFolder = path.join(folder, "vms");
    this.poolFile = path.join(folder, "pools.json");
    this.firewallFolder = path.join(folder, "firewall");
    this.datacenterFile = path.join(folder, "datacenter-firewall.json");
    this.datacenter = readJson(this.datacenterFile) ?? { isOn: seed.datacenterFirewall !== false, ipsets: {} };
    for (const [vmid, vm] of readFolder<Vm>(this.vmFolder)) this.vms.set(vmid, vm);
    for (const [vmid, firewall] of readFolder<VmFirewall>(this.firewallFolder)) this.firewalls.set(vmid, firewall);
    for (const template of [seed.template, ...(seed.otherTemplates ?? [])])
      if (!this.vms.has(template.vmid)) this.putVm(templateOf(seed, template));
    const pools = readJson<ResourcePool[]>(this.poolFile) ?? seed.pools.map((pool) => ({ ...pool, vms: [] }));
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
    rmSync(path.join(this.firewallFolder, `${vmid}.json`), { force: true });
    this.firewalls.delete(vmid);
    const pool = this.poolOf(vmid);
    if (pool !== undefined) this.putPool({ ...pool, vms: pool.vms.filter((member) => member !== vmid) });
  }

  /** Empty where nothing was set, also for a VM that does not exist. */
  firewall(vmid: number): VmFirewall {
    return this.firewalls.get(vmid) ?? { options: {}, rules: [] };
  }

  putFirewall(vmid: number, firewall: VmFirewall): void {
    writeAtomically(path.join(this.firewallFolder, `${vmid}.json`), firewall);
    this.firewalls.set(vmid, firewall);
  }

  datacenterFirewall(): DatacenterFirewall {
    return this.datacenter;
  }

  putDatacenterFirewall(firewall: DatacenterFirewall): void {
    writeAtomically(this.datacenterFile, firewall);
    this.datacenter = firewall;
  }

  pool(poolid: string): ResourcePool | undefined {
    return this.pools.get(poolid);
  }

  allPools(): readonly ResourcePool[] {
    return [...this.pools.values()];
  }

  poolOf(vmid: number): ResourcePool | undefined {
    return this.allPools().find((pool) => pool.vms.includes(vmid));
  }

  putPool(pool: ResourcePool): void {
    this.pools.set(pool.poolid, pool);
    writeAtomically(this.poolFile, this.allPools());
  }

  removePool(poolid: string): void {
    this.pools.delete(poolid);
    writeAtomically(this.poolFile, this.allPools());
  }
}
