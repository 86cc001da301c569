import type * as pulumi from "@pulumi/pulumi";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { PoolRunner } from "@ghrunners/components/runner/pool";

/** The stack's output about one runner: small and stable, for other stacks and for people. */
export interface RunnerOutput {
  readonly name: string;
  readonly role: Role;
  readonly address: string;
  readonly vmId: number;
  /** What a job's runs-on may ask for. */
  readonly labels: readonly string[];
  /** GitHub's number of the runner; unset where VMs have no guest. */
  readonly runnerId?: pulumi.Output<number>;
  /** Version the runner reports; unset where VMs have no guest. */
  readonly version?: pulumi.Output<string>;
}

export function describeRunner({ member, runner }: PoolRunner): RunnerOutput {
  return {
    name: member.name,
    role: member.role,
    address: member.vm.address,
    vmId: member.vm.vmId,
    labels: member.labels,
    runnerId: runner.host?.registered.runnerId,
    version: runner.host?.registered.runningVersion,
  };
}
