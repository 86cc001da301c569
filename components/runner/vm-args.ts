import type * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import type * as pulumi from "@pulumi/pulumi";

/** What a VM opens: SSH for administrators, the exporters for one host, and the way out. */
export interface FirewallArgs {
  /** Network that may open SSH, CIDR. */
  readonly adminCidr: string;
  /** Host that may scrape the exporters; nobody if undefined. */
  readonly monitoringAddress?: string | undefined;
  /** DNS servers the VM may ask. */
  readonly nameservers: readonly string[];
  /** Destinations beside DNS, NTP and TCP 80 and 443. */
  readonly egress: readonly {
    readonly to: string;
    readonly ports: string;
    readonly protocol: "tcp" | "udp";
    readonly comment: string;
  }[];
}

export interface RunnerVmArgs {
  /** Name of the VM and host name of the guest. */
  readonly vmName: string;
  /** VMID; fixed, so that an address and a role stay with it. */
  readonly vmId: number;
  readonly node: string;
  /** VMID of the template to clone in full. */
  readonly templateId: number;
  /** Storage of disk and cloud-init drive. */
  readonly storage: string;
  readonly bridge: string;
  /** Resource pool. */
  readonly pool: string | undefined;
  /** IPv4 address, no DHCP. */
  readonly address: string;
  /** Prefix length of the subnet, bits. */
  readonly prefixLength: number;
  readonly gateway: string;
  /** Environment and role: the VM's tags. */
  readonly tags: readonly string[];
  readonly cores: number;
  /** Memory, MiB. */
  readonly memoryMiB: number;
  /** Disk, GiB. */
  readonly diskGiB: number;
  /** Administrator that cloud-init creates. */
  readonly user: string;
  /** What that user logs in with: one authorized_keys line. */
  readonly sshPublicKey: string;
  readonly firewall: FirewallArgs;
  /** Refuse to delete or replace the VM. */
  readonly protect: boolean;
  /** Wait for SSH and pin the host key. Off where VMs have no guest. */
  readonly pinHostKey: boolean;
}

/** Hooks around the VM's steps; see components/runner-pool/hooks.ts. */
export interface RunnerVmHooks {
  readonly drain: pulumi.ResourceHook;
  readonly clearLeftovers: pulumi.ResourceHook;
}

/** Options of the component: the provider is always passed in. */
export interface RunnerVmOptions extends pulumi.ComponentResourceOptions {
  readonly proxmox: proxmoxve.Provider;
  readonly vmHooks: RunnerVmHooks;
  /** What must be done before the VM is touched. Everything on the machine comes after the VM. */
  readonly after: readonly pulumi.Resource[];
}
