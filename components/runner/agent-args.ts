import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** What the job-started hook lets run. */
export interface JobPolicy {
  /** `owner/name`. */
  readonly repository: string;
  /** Names of events, such as push. */
  readonly events: readonly string[];
  /** Patterns of refs; `*` matches any text. */
  readonly refs: readonly string[];
}

/** An archive of the runner program. */
export interface RunnerArchive {
  readonly url: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

export interface RunnerAgentArgs {
  /** Connection of the host; holds the private key as a secret. */
  readonly connection: pulumi.Input<command.types.input.remote.ConnectionArgs>;
  /** The machine's MAC address: another one means that everything is to be installed again. */
  readonly incarnation: pulumi.Input<string>;
  /** Floor: a runner that GitHub updated to a newer version is left alone. */
  readonly version: string;
  readonly archive: pulumi.Input<RunnerArchive>;
  /** systemd unit that svc.sh will make. */
  readonly unit: string;
  readonly jobs: JobPolicy;
  /** How long a stop waits for the running job, minutes. */
  readonly drainTimeoutMinutes: number;
}

export interface RunnerAgentOptions extends pulumi.ComponentResourceOptions {
  /** The machine that takes everything with it when it is deleted. */
  readonly machine: pulumi.Resource;
  readonly drain: pulumi.ResourceHook;
  /** Gives the labels back when an installation failed and was rolled back. */
  readonly restoreLabels: pulumi.ErrorHook;
}
