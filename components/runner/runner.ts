import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { connectionTo, type HostAddress } from "../scripts/connection";
import { HostLogs } from "./logs";
import { HostTelemetry } from "./telemetry";
import { RunnerAgent } from "./agent";
import { type RegisteredRunner, RunnerRegistration } from "./registration";
import { RunnerVm, vmRevision } from "./vm";
import type { RunnerArgs, RunnerHostArgs, RunnerOptions } from "./runner-args";

export type { RunnerArgs, RunnerHostArgs } from "./runner-args";
export { type RunnerHooks, runnerHooks } from "./hooks";

/** What a runner on a guest has beyond its VM. */
export interface RunnerOnHost {
  readonly address: pulumi.Output<HostAddress>;
  readonly registered: RegisteredRunner;
  /** Fingerprint of everything that may have disturbed the runner when it changed. */
  readonly revision: pulumi.Output<string>;
}

/** Name of the resource that installs a runner's agent; the drain hook tells runners apart by it. */
export function agentResourceName(runnerResource: string): string {
  return `${runnerResource}-agent-install`;
}

/** One runner in its role: the VM, the agent on it, its registration, its telemetry. */
export class Runner extends pulumi.ComponentResource {
  readonly vm: RunnerVm;
  readonly host: RunnerOnHost | undefined;
  /** Who waits for this one waits for the runner that GitHub sees, or where VMs have no guest for the VM. */
  readonly settled: pulumi.Resource;

  constructor(name: string, args: RunnerArgs, opts: RunnerOptions) {
    const { proxmox, runnerHooks, after, ...options } = opts;
    super("ghrunners:runner:Runner", name, { role: args.role, runnerName: args.runnerName }, options);

    const vmArgs = { ...args.vm, vmName: args.runnerName, pinHostKey: args.host !== undefined };
    this.vm = new RunnerVm(`${name}-vm`, vmArgs, { parent: this, proxmox, vmHooks: runnerHooks, after });
    this.host =
      args.host === undefined || this.vm.address === undefined
        ? undefined
        : this.onHost(name, args, args.host, this.vm.address, vmRevision(vmArgs), runnerHooks);
    this.settled = this.host?.registered ?? this.vm.firewall;
    this.registerOutputs({ runnerId: this.host?.registered.runnerId });
  }

  private onHost(
    name: string,
    { runnerName, role }: RunnerArgs,
    host: RunnerHostArgs,
    address: pulumi.Output<HostAddress>,
    ofVm: string,
    hooks: RunnerOptions["runnerHooks"],
  ): RunnerOnHost {
    const connection = connectionTo(address, host.sshPrivateKey);
    const { incarnation } = this.vm;
    const agent = new RunnerAgent(
      `${name}-agent`,
      {
        connection,
        incarnation,
        version: host.version,
        archive: host.archive,
        unit: host.unit,
        jobs: host.jobs,
        drainTimeoutMinutes: host.limits.drainMinutes,
      },
      { parent: this, machine: this.vm.vm, drain: hooks.drain, restoreLabels: hooks.restoreLabels },
    );
    const revision = pulumi.all([agent.revision, incarnation]).apply((parts) =>
      createHash("sha256")
        .update(JSON.stringify([ofVm, ...parts]))
        .digest("hex")
        .slice(0, 16),
    );
    const registration = new RunnerRegistration(
      `${name}-registration`,
      {
        githubUrl: host.githubUrl,
        repository: host.repository,
        runnerName,
        labels: host.labels,
        unit: host.unit,
        host: address,
        incarnation,
        version: host.version,
        revision,
        // Known once the agent is done: the drain hook, if it ran at all, ran before.
        drained: agent.revision.apply(() => hooks.wasDrained(runnerName)),
        limits: host.limits,
      },
      { parent: this, dependsOn: agent },
    );
    new HostTelemetry(
      `${name}-telemetry`,
      { connection, host: address, incarnation, unit: host.unit, githubUrl: host.githubUrl },
      { parent: this, machine: this.vm.vm },
    );
    if (host.logs !== undefined) {
      const { environment, shipper } = host.logs;
      const origin = { host: runnerName, environment, role, unit: host.unit };
      new HostLogs(`${name}-logs`, { connection, incarnation, origin, shipper }, { parent: this, machine: this.vm.vm });
    }
    return { address, registered: registration.runner, revision };
  }
}
