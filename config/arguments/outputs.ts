import type * as pulumi from "@pulumi/pulumi";
import type { MachineRole } from "@ghrunners/core/vocabulary/runner";
import type { Runner } from "@ghrunners/components";

/** The stack's output about one runner: small and stable, for other stacks and for people. */
export interface RunnerOutput {
  readonly name: string;
  readonly role: MachineRole;
  readonly address: pulumi.Output<string>;
  readonly vmId: number;
  /** Labels for a job's `runs-on`. */
  readonly labels: readonly string[];
  /** GitHub's number of the runner; undefined if VMs have no guest. */
  readonly runnerId?: pulumi.Output<number>;
  /** Version the runner reports; undefined if VMs have no guest. */
  readonly version?: pulumi.Output<string>;
}

export function describeRunner({ runnerName, role, address, vmId, labels, host }: Runner): RunnerOutput {
  const { runnerId, runningVersion } = host?.registered ?? {};
  return { name: runnerName, role, address, vmId, labels, runnerId, version: runningVersion };
}
