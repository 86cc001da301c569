/** The single NIC of a machine, as its hypervisor sees it. */
export interface NicSettings {
  /** Lower-case, colons. */
  readonly mac: string;
  /** IPv4 address with prefix length, for example `198.51.100.51/24`; none = the NIC has no address. */
  readonly address?: string;
  readonly gateway?: string;
  /** Whether the cable is plugged in. */
  readonly linkUp: boolean;
}

/** Files of the cloud-init drive (NoCloud), without its network part: the address is given to the NIC from outside. */
export interface CloudInitSeed {
  readonly userData: string;
  readonly metaData: string;
  readonly vendorData: string;
}

/** Everything that a start needs; a backend keeps no configuration of its own. */
export interface StartSettings {
  /** Size of the system disk in bytes. Never smaller than at an earlier start. */
  readonly diskBytes: number;
  readonly nic: NicSettings;
  readonly seed: CloudInitSeed;
  /** Text of the guest's /etc/resolv.conf. */
  readonly resolvConf: string;
  /** Script for nft(8), loaded into the machine's network namespace; none = no packet filter. */
  readonly firewall?: string;
  /** Root file system below the machine's disk, as `prepareTemplate` made it; none = the instance's. */
  readonly template?: string;
}

/** As the guest agent reports it. */
export interface GuestInterface {
  readonly name: string;
  readonly mac: string;
  readonly addresses: readonly {
    readonly family: "ipv4" | "ipv6";
    readonly address: string;
    readonly prefix: number;
  }[];
}

/** `starting`: the guest runs, but does not answer yet. `frozen`: it has no processor time. */
export type GuestState = "stopped" | "starting" | "frozen" | "ready";

/**
 * Machines of one lab instance, by VMID. What runs is asked of the kernel each time, never remembered, so that a killed
 * caller finds its machines again. Every method may be repeated.
 */
export interface MachineBackend {
  readonly kind: "nspawn" | "api-only";
  /** Boots the machine; resolves when its processes exist. @throws Error when it runs already or does not start */
  start(vmid: number, settings: StartSettings): Promise<void>;
  /** Asks the guest to power off and does not wait. A guest that has just started may ignore it. */
  requestShutdown(vmid: number): Promise<void>;
  /** Power cut; resolves when nothing of the machine runs. */
  stop(vmid: number): Promise<void>;
  isRunning(vmid: number): boolean;
  guestState(vmid: number): GuestState;
  /** Milliseconds since the epoch when the machine was powered on; undefined when it is off. */
  poweredOnAt(vmid: number): number | undefined;
  /** Bytes of the host's storage that the machine's disk takes up now. */
  diskUsedBytes(vmid: number): number;
  interfaces(vmid: number): Promise<readonly GuestInterface[]>;
  /** Replaces the packet filter of a running machine; undefined removes it. */
  setFirewall(vmid: number, script: string | undefined): Promise<void>;
  setLink(vmid: number, up: boolean): Promise<void>;
  freeze(vmid: number): Promise<void>;
  thaw(vmid: number): Promise<void>;
  /** Uses up the rest of the machine's disk from outside. */
  fillDisk(vmid: number): Promise<void>;
  clearDisk(vmid: number): Promise<void>;
  /** Uses up the inodes of the machine's disk from outside; its space stays. */
  takeInodes(vmid: number): Promise<void>;
  giveInodes(vmid: number): Promise<void>;
  /** Runs a command in the guest as root, as its agent would. @throws Error with its words when it fails */
  runInside(vmid: number, command: readonly string[]): Promise<void>;
  /** Ends the machine and removes everything of it, its disk included. */
  destroy(vmid: number): Promise<void>;
}
