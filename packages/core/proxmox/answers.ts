/** What Proxmox VE answers, as far as it is read. Source: Proxmox VE API viewer, version 9. */

/** A guest or template somewhere in the cluster. */
export interface ClusterGuest {
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
  readonly template: boolean;
  /** `qemu` is a virtual machine, `lxc` a container. */
  readonly type: "qemu" | "lxc";
  /** `running` or `stopped`; `unknown` on a node that is off. */
  readonly status?: string | undefined;
}

/** A storage as a node sees it. */
export interface StorageStatus {
  /** Free bytes. */
  readonly avail: number;
  readonly total: number;
  /** Its plugin, such as `lvmthin` or `dir`. */
  readonly type?: string;
  /** Kinds of content it may hold, separated by commas: `images` are disks of VMs. */
  readonly content?: string;
  /** 0 or false: the node cannot reach it. */
  readonly active?: number | boolean;
}

/** A file on a storage, such as an image to import. */
export interface StorageFile {
  /** `STORAGE:import/NAME`. */
  readonly volid: string;
  /** Bytes. */
  readonly size: number;
}

/** What a node was told about a file that it could download. */
export interface UrlMetadata {
  /** Bytes; undefined if the server does not say. */
  readonly size?: number | undefined;
}

/** The part of a VM's configuration that shows which stack owns it. */
export interface VmConfig {
  readonly name?: string;
  readonly description?: string;
  readonly lock?: string;
  readonly ipconfig0?: string;
  readonly [key: string]: unknown;
}
