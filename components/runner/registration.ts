import * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../resources/dynamic-resource";
import type { HostAddress } from "@ghrunners/core/ssh/address";
import type { Inputs, Limits, RegisteredRunnerInputs, RegistrationInputs, RunnerIdentity } from "./registration-args";

export type { Limits, RunnerIdentity } from "./registration-args";

/** A host's registration at GitHub. Replaced, old one first, when the runner's name or repository changes. */
export class Registration extends DynamicResource {
  declare readonly runnerId: pulumi.Output<number>;

  constructor(name: string, inputs: Inputs<RegistrationInputs>, opts: pulumi.CustomResourceOptions) {
    super("Registration", name, inputs, ["runnerId"], opts);
  }
}

/** The service on the host and the runner as GitHub shows it: online, with exactly its labels. */
export class RegisteredRunner extends DynamicResource {
  declare readonly runnerId: pulumi.Output<number>;
  declare readonly labels: pulumi.Output<string[]>;
  declare readonly status: pulumi.Output<string>;
  declare readonly runningVersion: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs<RegisteredRunnerInputs>, opts: pulumi.CustomResourceOptions) {
    super("RegisteredRunner", name, inputs, ["runningVersion"], opts);
  }
}

export interface RunnerRegistrationArgs extends RunnerIdentity {
  readonly host: pulumi.Input<HostAddress>;
  /** MAC address of the machine. */
  readonly incarnation: pulumi.Input<string>;
  /** Configured runner version, the oldest that is accepted. */
  readonly version: string;
  /** Fingerprint of VM and agent. */
  readonly revision: pulumi.Input<string>;
  /** Whether this run took the runner's labels away. */
  readonly drained: pulumi.Input<boolean>;
  readonly limits: Limits;
}

/** GitHub's side of a runner. */
export class RunnerRegistration extends pulumi.ComponentResource {
  readonly runner: RegisteredRunner;

  constructor(name: string, args: RunnerRegistrationArgs, opts: pulumi.ComponentResourceOptions) {
    super("ghrunners:registration:RunnerRegistration", name, args, opts);
    const { version, revision, drained, ...common } = args;
    const registration = new Registration(`${name}-registration`, common, {
      parent: this,
      customTimeouts: { create: "10m", update: "10m", delete: "60m" },
    });
    this.runner = new RegisteredRunner(
      `${name}-registered`,
      { ...common, version, revision, drained, runnerId: registration.runnerId, service: "active", status: "online" },
      { parent: this, customTimeouts: { create: "20m", update: "20m", delete: "60m" } },
    );
    this.registerOutputs({ runnerId: this.runner.runnerId, labels: this.runner.labels });
  }
}
