/**
 * Arguments that the runners of an environment share, in the same groups as in the configuration. `RunnerPool` passes
 * them to each `Runner`, which passes those of the machine to `RunnerVm`.
 */
import type * as pulumi from "@pulumi/pulumi";
import type { MachineRole } from "@ghrunners/core/vocabulary/runner";
import type { LogShipper } from "./logs";
import type { NetworkArgs, ProxmoxArgs, VmArgs } from "./machine-settings";

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
   * Token of a repository administrator, or a GitHub App as JSON (docs/reference/security.md); a secret. The program
   * uses it to drain a runner before a step that would disturb its job, and to remove what an interrupted run left.
   * Only the GitHub provider has it in the state, encrypted. Dynamic resources read the same token from the
   * configuration key `ghrunners:githubToken`.
   * @example config.requireSecret("githubToken")
   */
  readonly token: pulumi.Input<string>;
}

/** GitHub, the repository, and where its runners are registered. */
export interface RunnerGitHubArgs extends GitHubArgs {
  /**
   * Runner group, if the runners belong to the organization that owns the repository. A `RunnerPool` makes it, for the
   * repository only, and refuses one that others may use. Needs GitHub Team or Enterprise. Plain: it decides which
   * resources there are.
   * @default the runners belong to the repository
   * @example "demo-app-runners"
   */
  readonly runnerGroup?: string | undefined;
}

/** GitHub's runner program, and which jobs it runs. */
export interface AgentArgs {
  /**
   * Version to install. It is a minimum: a runner that has a newer version keeps it until the minimum is lowered.
   * @default the newest version that GitHub offers when the stack is made; the state then keeps it
   * @example "2.336.0"
   */
  readonly version?: pulumi.Input<string | undefined>;
  /**
   * Pinned archive of that version, an https URL; set it together with `version` and `sha256`.
   * @default the URL from the repository's downloads endpoint at GitHub
   */
  readonly downloadUrl?: pulumi.Input<string> | undefined;
  /**
   * SHA-256 of the archive at `downloadUrl`, 64 lower-case hexadecimal digits.
   * @default the digest that GitHub lists for the version
   */
  readonly sha256?: pulumi.Input<string> | undefined;
  /**
   * Labels in addition to `self-hosted`, `linux`, `x64`, the environment and the role. Plain: policies use them at
   * preview.
   * @default []
   * @example ["gpu"]
   */
  readonly extraLabels?: readonly string[];
  /**
   * Events whose jobs may run; a hook on the runner refuses the others. Plain: policies use them at preview.
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

/** Time limits. A change of a limit alone changes no machine. */
export interface LimitArgs {
  /**
   * How long a running job may take when its runner is drained, minutes.
   * @default 30
   */
  readonly drainMinutes?: pulumi.Input<number>;
  /**
   * How long GitHub may take to show a started runner as online, seconds.
   * @default 120
   */
  readonly onlineSeconds?: pulumi.Input<number>;
}

/** One runner: its role, name, VMID and address, and where it is if not where the others are. */
export interface RunnerIdentityArgs {
  /**
   * A `primary` runs the jobs; a `secondary` is changed first, and takes over. A `delivery` runner runs the program
   * itself, and is in no pool. Plain: a label, and part of resource names.
   * @example "primary"
   */
  readonly role: MachineRole;
  /**
   * Name of the VM and of the runner at GitHub. Plain: hooks and policies identify the runner by it at preview.
   * @example "runner-1"
   */
  readonly name: string;
  /**
   * VMID; choose one that is not used for VMs created by hand. Plain: fixed, so that address and role stay with it.
   * @example 151
   */
  readonly vmId: number;
  /**
   * IPv4 address in the gateway's subnet; no DHCP.
   * @example "192.168.0.51"
   */
  readonly address: pulumi.Input<string>;
  /**
   * Node of its VM. Plain: it determines a resource. A change replaces the VM.
   * @default `proxmox.node`
   * @example "pve2"
   */
  readonly node?: string | undefined;
  /**
   * VMID of the template on that node.
   * @default `proxmox.templateId`
   * @example 9001
   */
  readonly templateId?: pulumi.Input<number> | undefined;
}

/** Arguments that all runners of an environment share. */
export interface EnvironmentArgs {
  /**
   * Name of the environment: a label of the runners, a tag of the VMs. Plain: policies use it at preview.
   * @example "production"
   */
  readonly environment: string;
  /**
   * GitHub, and the repository that the runners serve.
   * @example { repository: "octo-org/demo-app", token: config.requireSecret("githubToken") }
   */
  readonly github: RunnerGitHubArgs;
  /**
   * Proxmox VE, and where the machines are created on it.
   * @example { endpoint: "https://pve1.example:8006/", token: config.requireSecret("proxmoxToken"), node: "pve1",
   * templateId: 9000 }
   */
  readonly proxmox: ProxmoxArgs;
  /**
   * The subnet, and what the firewall allows.
   * @example { gateway: "192.168.0.1", adminCidr: "192.168.0.0/24" }
   */
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
  /**
   * Public half of the key with which the program logs in: one line in `authorized_keys` form.
   * @example "ssh-ed25519 AAAA... ghrunners"
   */
  readonly sshPublicKey: pulumi.Input<string>;
  /**
   * Private half, OpenSSH format without a passphrase; kept as a secret. Dynamic resources read the same key from the
   * configuration key `ghrunners:sshPrivateKey`.
   * @default none; only allowed if `hosts` is `skip`
   * @example config.requireSecret("sshPrivateKey")
   */
  readonly sshPrivateKey?: pulumi.Input<string>;
  /**
   * `skip`: VMs only, no step that needs a running host. Plain: it determines which resources there are.
   * @default "manage"
   */
  readonly hosts?: "manage" | "skip";
  /**
   * Time limits.
   * @default {}
   */
  readonly limits?: LimitArgs;
  /**
   * Where the runners' redacted logs are sent.
   * @default none: they stay on the host
   */
  readonly logs?: LogShipper | undefined;
  /**
   * Refuses to delete or replace a VM. Plain: Pulumi's option `protect`.
   * @default false
   */
  readonly protect?: boolean;
}
