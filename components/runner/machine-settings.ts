/** Arguments of the machines that an environment's runners share: where they are, their network and their size. */
import type * as pulumi from "@pulumi/pulumi";
import type { ImageArgs } from "./template";

/** Where on Proxmox VE a machine is created. */
export interface PlacementArgs {
  /**
   * Node that has the template and on which the VMs are created.
   * @example "pve1"
   */
  readonly node: pulumi.Input<string>;
  /**
   * VMID of the template that is cloned in full: Debian with cloud-init, its disk on `scsi0`. A VmTemplate has one.
   * @example 9000
   */
  readonly templateId: pulumi.Input<number>;
  /**
   * Storage of disks and cloud-init drives.
   * @default "local-lvm"
   */
  readonly storage?: pulumi.Input<string> | undefined;
  /**
   * Bridge to which the VMs' network cards are connected.
   * @default "vmbr0"
   */
  readonly bridge?: pulumi.Input<string> | undefined;
  /**
   * Resource pool of the VMs.
   * @default none
   */
  readonly pool?: pulumi.Input<string> | undefined;
}

/** Proxmox VE: where machines are created, and its API. */
export interface ProxmoxArgs extends PlacementArgs {
  /**
   * URL of the API, the same as the provider's.
   * @example "https://pve1.example:8006/"
   */
  readonly endpoint: pulumi.Input<string>;
  /**
   * API token `USER@REALM!TOKENID=UUID`, a secret. The program uses it before it creates a VM, to remove one that an
   * interrupted run left with the same number. It is not stored in the state.
   * @example config.requireSecret("proxmoxToken")
   */
  readonly token: pulumi.Input<string>;
  /**
   * Image of which the templates were made (VmTemplate). It is recorded with the proved settings, so that a rollback
   * returns to it.
   * @default none: the templates are those of `templateId`
   */
  readonly image?: ImageArgs | undefined;
}

/** A destination that a VM's firewall allows. */
export interface EgressArgs {
  /**
   * Destination network, CIDR.
   * @example "192.0.2.0/24"
   */
  readonly to: pulumi.Input<string>;
  /**
   * Destination ports and ranges, as Proxmox VE writes them.
   * @example "22,8000:8010"
   */
  readonly ports: pulumi.Input<string>;
  /**
   * Transport protocol, `tcp` or `udp`.
   * @example "tcp"
   */
  readonly protocol: pulumi.Input<"tcp" | "udp">;
  /**
   * Why it is open; becomes the comment of the firewall rule. Empty: "Deployment target".
   * @example "Registry of the build"
   */
  readonly comment: pulumi.Input<string>;
  /**
   * Whether jobs need it too, or the host's own services alone.
   * @default true
   */
  readonly forJobs?: pulumi.Input<boolean>;
}

/** The VMs' subnet, and what their firewall allows. All other traffic is dropped, in both directions. */
export interface NetworkArgs {
  /**
   * Default gateway of the VMs, IPv4.
   * @example "192.168.0.1"
   */
  readonly gateway: pulumi.Input<string>;
  /**
   * Prefix length of the subnet, bits.
   * @default 24
   */
  readonly prefixLength?: pulumi.Input<number>;
  /**
   * DNS servers that the VMs use and may reach, IPv4.
   * @default only the gateway
   */
  readonly nameservers?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Network that may connect to the VMs by SSH, CIDR: the machines that run the program, and the administrators.
   * @example "192.168.0.0/24"
   */
  readonly adminCidr: pulumi.Input<string>;
  /**
   * Machine outside `adminCidr` on which the delivery workflows run the program, IPv4: it may connect by SSH too.
   * Plain: whether there is one determines a rule.
   * @default none
   * @example "192.168.0.59"
   */
  readonly deliveryAddress?: string | undefined;
  /**
   * Host that may read the exporters on ports 9100 and 9101, IPv4. Plain: whether there is one determines a rule.
   * @default none
   * @example "192.168.0.200"
   */
  readonly monitoringAddress?: string | undefined;
  /**
   * Destinations in addition to DNS, NTP, and TCP 80 and 443: deployment targets, a registry.
   * @default []
   */
  readonly egress?: pulumi.Input<pulumi.Input<EgressArgs>[]>;
  /**
   * Hosts on which TCP 80 and 443 are refused, IPv4; what `egress` allows there stays open. A `Runner` adds the
   * monitoring host and, where its URL has an address, Proxmox VE's API.
   * @default []
   * @example ["192.168.0.10"]
   */
  readonly closed?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Prove that the VM's firewall works before anything is installed on the VM. Plain: it determines a resource.
   * @default true
   */
  readonly requireFirewall?: boolean | undefined;
}

/** Size and user of a VM. */
export interface VmArgs {
  /**
   * CPU cores.
   * @default 4
   */
  readonly cores?: pulumi.Input<number>;
  /**
   * Memory, MiB.
   * @default 8192
   */
  readonly memoryMiB?: pulumi.Input<number>;
  /**
   * Disk, GiB. It can grow, never shrink.
   * @default 50
   */
  readonly diskGiB?: pulumi.Input<number>;
  /**
   * Processor type, as Proxmox VE names it: a model of QEMU's, `x86-64-v3`, `host`, or `custom-NAME`. It decides which
   * instructions programs can use, and to which nodes a running machine can be moved. A change restarts the machine.
   * @default "x86-64-v2-AES"
   * @example "x86-64-v3"
   */
  readonly cpuType?: pulumi.Input<string>;
  /**
   * Administrator user that cloud-init creates; the program logs in as this user. A change replaces the machine.
   * @default "runner"
   */
  readonly user?: pulumi.Input<string>;
}
