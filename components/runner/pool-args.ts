import type * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { HookContext } from "./hooks";
import type { RunnerArgs, RunnerHostArgs } from "./runner-args";
import type { ProvenSettings } from "../resources/last-known-good.provider";

/** One runner of the pool. */
export interface PoolMember {
  readonly role: Role;
  readonly name: string;
  readonly labels: readonly string[];
  /** systemd unit on the host. */
  readonly unit: string;
  readonly vm: RunnerArgs["vm"];
}

export interface RunnerPoolArgs {
  readonly members: readonly PoolMember[];
  /** What all runners have in common on their hosts; undefined where VMs have no guest. */
  readonly host:
    | (Omit<RunnerHostArgs, "labels" | "unit" | "archive"> & {
        /** Pinned archive; undefined: what GitHub's downloads endpoint names. */
        readonly archive: { readonly url: string; readonly sha256: string } | undefined;
        /** The settings that this is made from, kept once all runners are proved. */
        readonly proven: ProvenSettings;
      })
    | undefined;
  readonly smoke: { readonly workflow: string; readonly ref: string | undefined; readonly timeoutSeconds: number };
  /** See HookContext. */
  readonly force: boolean;
}

export interface RunnerPoolOptions extends pulumi.ComponentResourceOptions {
  readonly proxmox: proxmoxve.Provider;
  /** Access for the hooks; secrets stay in the program's memory. */
  readonly access: Pick<HookContext, "github" | "proxmox">;
}
