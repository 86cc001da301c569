/**
 * What the runners of an environment have in common, in the groups that a configuration has too. `RunnerPool` hands them
 * to each `Runner`, and that one what belongs to the machine to `RunnerVm`.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { LogShipper } from "./logs";

/** GitHub, and the repository that a component works for. */
export interface GitHubArgs {
  /**
   * GitHub, an enterprise with data residency (https://NAME.ghe.com), or a GitHub Enterprise Server.
   * @default "https://github.com"
   */
  readonly url?: pulumi.Input<string>;
  /**
   * The repository, `owner/name`.
   * @example "octo-org/demo-app"
   */
  readonly repository: pulumi.Input<string>;
  /**
   * Token of a repository administrator, a secret. The program uses it to drain a runner before a step that would disturb
   * its job, and to clear what an interrupted run left; it is in no state. Dynamic resources read the same token from the
   * configuration key `ghrunners:githubToken`.
   * @example config.requireSecret("githubToken")
   */
  readonly token: pulumi.Input<string>;
}

/** Where on Proxmox VE a machine is made. */
export interface PlacementArgs {
  /**
   * Node that has the template and on which the VMs are created.
   * @example "pve1"
   */
  readonly node: pulumi.Input<string>;
  /**
   * VMID of the template that is cloned in full: Debian with cloud-init and the QEMU guest agent, its disk on `scsi0`.
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

/** Proxmox VE: where machines are made, and its API. */
export interface ProxmoxArgs extends PlacementArgs {
  /**
   * Address of the API, as the provider has it.
   * @example "https://pve1.example:8006/"
   */
  readonly endpoint: pulumi.Input<string>;
  /**
   * API token `USER@REALM!TOKENID=UUID`, a secret. The program uses it before it makes a VM, to remove one that an
   * interrupted run left under the same number; it is in no state.
   * @example config.requireSecret("proxmoxToken")
   */
  readonly token: pulumi.Input<string>;
}

/** A destination that a VM's firewall opens. */
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
  /** Transport protocol, `tcp` or `udp`. */
  readonly protocol: pulumi.Input<"tcp" | "udp">;
  /**
   * Why it is open; becomes the comment of the firewall rule. Empty: "Deployment target".
   * @example "Registry of the build"
   */
  readonly comment: pulumi.Input<string>;
}

/** The VMs' subnet, and what their own firewall lets through. Everything else is dropped, in both directions. */
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
   * DNS servers that the VMs use and may ask, IPv4.
   * @default the gateway alone
   */
  readonly nameservers?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Network that may open SSH to the VMs, CIDR: the machines that run the program, and the administrators.
   * @example "192.168.0.0/24"
   */
  readonly adminCidr: pulumi.Input<string>;
  /**
   * Host that may read the exporters on ports 9100 and 9101, IPv4. Plain: whether there is one decides on a rule.
   * @default none
   * @example "192.168.0.200"
   */
  readonly monitoringAddress?: string | undefined;
  /**
   * Destinations beside DNS, NTP, and TCP 80 and 443: deployment targets, a registry.
   * @default []
   */
  readonly egress?: pulumi.Input<pulumi.Input<EgressArgs>[]>;
  /**
   * Prove that the VM's firewall works before anything is put on the VM. Plain: it decides on a resource.
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
   * Administrator that cloud-init creates and the program logs in as. Another name is another machine.
   * @default "runner"
   */
  readonly user?: pulumi.Input<string>;
}

/** GitHub's runner program, and what it lets run. */
export interface AgentArgs {
  /**
   * Version to install. It is a floor: a runner that GitHub updated to a newer one is left alone.
   * @default "2.336.0"
   */
  readonly version?: pulumi.Input<string>;
  /**
   * Pinned archive of that version, an https URL; given together with `sha256`.
   * @default what the repository's own downloads endpoint at GitHub names
   */
  readonly downloadUrl?: pulumi.Input<string> | undefined;
  /**
   * SHA-256 of the archive at `downloadUrl`, 64 lower-case hexadecimal digits.
   * @default what GitHub names for the version
   */
  readonly sha256?: pulumi.Input<string> | undefined;
  /**
   * Labels beside `self-hosted`, `linux`, `x64`, the environment and the role. Plain: policies judge them at preview.
   * @default []
   * @example ["gpu"]
   */
  readonly extraLabels?: readonly string[];
  /**
   * Events whose jobs may run; a hook on the runner refuses the others. Plain: policies judge them at preview.
   * @default ["push", "workflow_dispatch", "schedule", "release", "deployment", "repository_dispatch"]
   */
  readonly allowedEvents?: readonly string[];
  /**
   * Refs whose jobs may run; `*` matches any text.
   * @default ["refs/heads/*", "refs/tags/*"]
   * @example ["refs/heads/main"]
   */
  readonly allowedRefs?: pulumi.Input<pulumi.Input<string>[]>;
}

/** How long things may take. A change of a limit alone changes no machine. */
export interface LimitArgs {
  /**
   * How long a running job may take when its runner is drained, minutes.
   * @default 30
   */
  readonly drainMinutes?: pulumi.Input<number>;
  /**
   * How long GitHub may take to show a started runner online, seconds.
   * @default 120
   */
  readonly onlineSeconds?: pulumi.Input<number>;
}

/** One runner: its role, its name, its place. */
export interface RunnerPlaceArgs {
  /**
   * `primary` runs the jobs, `secondary` takes over and is changed first. Plain: a label, and part of resource names.
   */
  readonly role: Role;
  /**
   * Name of the VM and of the runner at GitHub. Plain: hooks and policies know the runner by it at preview.
   * @example "runner-1"
   */
  readonly name: string;
  /**
   * VMID, outside the range that people use by hand. Plain: fixed, so that an address and a role stay with it.
   * @example 151
   */
  readonly vmId: number;
  /**
   * IPv4 address in the gateway's subnet; no DHCP.
   * @example "192.168.0.51"
   */
  readonly address: pulumi.Input<string>;
}

/** What all runners of an environment have in common. */
export interface EnvironmentArgs {
  /**
   * Name of the environment: a label of the runners, a tag of the VMs. Plain: policies judge by it at preview.
   * @example "production"
   */
  readonly environment: string;
  /** GitHub, and the repository that the runners serve. */
  readonly github: GitHubArgs;
  /** Proxmox VE, and where on it the machines are made. */
  readonly proxmox: ProxmoxArgs;
  /** The subnet, and what the firewall lets through. */
  readonly network: NetworkArgs;
  /**
   * Size and user of every VM.
   * @default {}
   */
  readonly vm?: VmArgs;
  /**
   * GitHub's runner program.
   * @default {}
   */
  readonly agent?: AgentArgs;
  /** Public half of the key that the program logs in with: one line in `authorized_keys` form. */
  readonly sshPublicKey: pulumi.Input<string>;
  /**
   * Private half, OpenSSH format without a passphrase; kept as a secret. Dynamic resources read the same key from the
   * configuration key `ghrunners:sshPrivateKey`.
   * @default none, which is taken where `hosts` is `skip`
   * @example config.requireSecret("sshPrivateKey")
   */
  readonly sshPrivateKey?: pulumi.Input<string>;
  /**
   * `skip`: VMs only, no step that needs a running host. Plain: it decides which resources there are.
   * @default "manage"
   */
  readonly hosts?: "manage" | "skip";
  /**
   * How long things may take.
   * @default {}
   */
  readonly limits?: LimitArgs;
  /**
   * Where the runners' logs go, without their secrets.
   * @default none: they stay on the host
   */
  readonly logs?: LogShipper | undefined;
  /**
   * Refuse to delete or replace a VM. Plain: Pulumi's option `protect`.
   * @default false
   */
  readonly protect?: boolean;
}
