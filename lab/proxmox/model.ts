/** A rule of a VM's firewall, as text; its position is its place in the list. */
export type FirewallRule = Readonly<Record<string, string>>;

/** An address or network in an IP set; `nomatch` takes it out of a wider one. */
export interface FirewallSetEntry {
  readonly cidr: string;
  readonly nomatch?: true;
  readonly comment?: string;
}

/** An IP set of a VM. */
export interface FirewallSet {
  readonly comment?: string;
  readonly entries: readonly FirewallSetEntry[];
}

/**
 * Firewall of a VMID. Proxmox VE keeps it in a file of its own and does not ask whether the VM exists
 * (pve-firewall, PVE::Firewall, load_vmfw_conf).
 */
export interface VmFirewall {
  readonly options: Readonly<Record<string, string>>;
  readonly rules: readonly FirewallRule[];
  /** By name. `ipfilter-netN` holds the addresses that the VM may send from. */
  readonly sets?: Readonly<Record<string, FirewallSet>>;
}

/** Option values as the configuration file holds them. */
export type StoredVmConfig = Readonly<Record<string, string>>;

/** One VM, as it is kept on disk. */
export interface Vm {
  readonly vmid: number;
  /** ProxmoxNode that holds it; undefined is the node whose API this is. */
  readonly node?: string;
  /** What the VM runs with, or will after its next start when nothing is pending. */
  readonly config: StoredVmConfig;
  /** Changes that wait for a power cycle. */
  readonly pending: { readonly set: StoredVmConfig; readonly delete: readonly string[] };
  /** Why others must keep off, for example `clone`. */
  readonly lock?: string;
  /** Size in bytes by volume id (`STORAGE:VOLUME`), for every volume that the VM owns. */
  readonly volumes: Readonly<Record<string, number>>;
}

export interface ResourcePool {
  readonly poolid: string;
  readonly comment?: string;
  readonly vms: readonly number[];
}

/** The one source of time and chance; tests put their own in its place. */
export interface ClockAndRandom {
  /** Milliseconds since the epoch. */
  now(): number;
  randomBytes(count: number): Buffer;
}
