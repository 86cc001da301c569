import type * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { LogShipper } from "./logs";
import type { JobPolicy, RunnerArchive } from "./agent";
import type { Limits } from "./registration";
import type { RunnerVmArgs } from "./vm";
import type { RunnerHooks } from "./hooks";

export interface RunnerArgs {
  readonly role: Role;
  /** Name of the VM and of the runner at GitHub. */
  readonly runnerName: string;
  readonly vm: Omit<RunnerVmArgs, "vmName" | "pinHostKey">;
  /** Everything on the guest; undefined where VMs have no guest. */
  readonly host: RunnerHostArgs | undefined;
}

export interface RunnerHostArgs {
  /** Key that the program logs in with; a secret. */
  readonly sshPrivateKey: pulumi.Input<string>;
  readonly githubUrl: string;
  readonly repository: string;
  readonly labels: readonly string[];
  readonly unit: string;
  readonly version: string;
  readonly archive: pulumi.Input<RunnerArchive>;
  readonly jobs: JobPolicy;
  readonly limits: Limits;
  /** Where its logs go; undefined: they stay on the host. */
  readonly logs: { readonly environment: string; readonly shipper: LogShipper } | undefined;
}

export interface RunnerOptions extends pulumi.ComponentResourceOptions {
  readonly proxmox: proxmoxve.Provider;
  readonly runnerHooks: RunnerHooks;
  /** What must be done before anything of this runner is touched. */
  readonly after: readonly pulumi.Resource[];
}
