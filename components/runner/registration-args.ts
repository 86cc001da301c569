import type * as pulumi from "@pulumi/pulumi";
import type { HostAddress } from "@ghrunners/core/ssh/address";

/** Where and as what a runner is registered. */
export interface RunnerIdentity {
  /** `https://github.com` or a GitHub Enterprise Server. */
  readonly githubUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly runnerName: string;
  /** Exactly these; GitHub's defaults are left out. */
  readonly labels: readonly string[];
  /** systemd unit of the runner. */
  readonly unit: string;
}

/** How long things may take. A change of a limit alone changes no resource. */
export interface Limits {
  /** How long a running job may take when the runner is drained, minutes. */
  readonly drainMinutes: number;
  /** How long GitHub may take to show a started runner online, seconds. */
  readonly onlineSeconds: number;
}

/** Inputs of the dynamic resource Registration, as its provider sees them. */
export interface RegistrationInputs extends RunnerIdentity {
  readonly host: HostAddress;
  /** MAC address of the machine. */
  readonly incarnation: string;
  readonly limits: Limits;
}

export interface RegistrationState extends RegistrationInputs {
  /** GitHub's number of the runner. */
  readonly runnerId: number;
}

/** Inputs of the dynamic resource RegisteredRunner, as its provider sees them. */
export interface RegisteredRunnerInputs extends RunnerIdentity {
  readonly host: HostAddress;
  readonly incarnation: string;
  readonly runnerId: number;
  /** Oldest version that is accepted: the configured one. */
  readonly version: string;
  /** Fingerprint of VM and agent. Another one means that the runner was drained and must get its labels back. */
  readonly revision: string;
  /** True in a run that took the labels away. */
  readonly drained: boolean;
  /** State of the unit, wanted and (in the state) as seen: active. */
  readonly service: string;
  /** State at GitHub, wanted and (in the state) as seen: online. */
  readonly status: string;
  readonly limits: Limits;
}

export interface RegisteredRunnerState extends RegisteredRunnerInputs {
  /** Version the runner reports; newer than `version` after a self-update. */
  readonly runningVersion: string;
}

/** Each property as a Pulumi input. */
export type Inputs<T> = { [K in keyof T]: pulumi.Input<T[K]> };
