/** What the preflight sees at Proxmox VE and GitHub, and what it says about it. */
import type { RepositorySeen } from "@ghrunners/core/github/client";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { ClusterGuest, StorageStatus, UrlMetadata, VmConfig } from "@ghrunners/core/proxmox/answers";

/** A value, or the error message if it could not be read. `status`: what the service answered, if it did. */
export type Answer<T> = { readonly value: T } | { readonly error: string; readonly status?: number };

/** A privilege on a path and why it is needed. */
export interface Privilege {
  readonly path: string;
  readonly privilege: string;
  readonly reason: string;
}

/** A storage as one node sees it. */
export type StorageSeen = Pick<StorageStatus, "avail" | "content" | "active" | "type"> &
  Partial<Pick<StorageStatus, "total">>;

export interface ProxmoxObservation {
  readonly guests: Answer<readonly ClusterGuest[]>;
  readonly nodes: Answer<readonly { readonly node: string; readonly online: boolean }[]>;
  /** Whether the datacenter's firewall is on; undefined if the token may not see it. */
  readonly firewall: Answer<boolean | undefined>;
  /** Configurations of the guests, by VMID; those that could not be read are left out. */
  readonly configs: ReadonlyMap<number, VmConfig>;
  /** Addresses of runners without a VM at which a machine answers. */
  readonly answering: readonly string[];
  /** The storage on each node that is used, by node; nodes that are off are left out. */
  readonly storages: ReadonlyMap<string, Answer<StorageSeen>>;
  /** Processor types that the token sees on each node that is used; empty unless another than the usual one is asked for. */
  readonly cpuTypes: ReadonlyMap<string, Answer<readonly string[]>>;
  readonly missingPrivileges: Answer<readonly Privilege[]>;
  /** What is needed to make the templates, by node; empty if they exist already, or if nothing is to be made. */
  readonly images: ReadonlyMap<string, ImageObservation>;
}

/** What one node sees of the image and of the storage that is to keep it. */
export interface ImageObservation {
  readonly storage: Answer<StorageSeen>;
  /** Undefined: the node has the file already, so nothing is downloaded. */
  readonly download: Answer<UrlMetadata> | undefined;
}

export interface GitHubObservation {
  readonly repository: Answer<Pick<RepositorySeen, "private" | "fullName">>;
  /** Runners with the configured names. */
  readonly runners: Answer<readonly GitHubRunner[]>;
  /** Whether the token may let hosts register. */
  readonly registration: Answer<true>;
  readonly workflow: Answer<true>;
}

export interface PreflightProblem {
  /** Path of the setting that it is about, such as `runners[0].vmId`. */
  readonly setting: string;
  readonly reason: string;
}
