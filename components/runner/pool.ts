import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { orEmpty } from "../resources/dynamic-resource";
import { agentResourceName, Runner, type RunnerHooks, type RunnerHostArgs, runnerHooks } from "./runner";
import { vmRevision } from "./vm";
import type { PoolMember, RunnerPoolArgs, RunnerPoolOptions } from "./pool-args";
import { HealthGate } from "../resources/health-gate";
import type { GateEvidence } from "./plan-gate";
import { LastKnownGood } from "../resources/last-known-good";
import { memberKeys } from "./member-keys";
import { RunnerRelease } from "../resources/runner-release";

export type { PoolMember, RunnerPoolArgs } from "./pool-args";
export type { GateEvidence } from "./plan-gate";

/** A member and the runner made of it. */
export interface PoolRunner {
  readonly member: PoolMember;
  readonly runner: Runner;
}

/**
 * Secondaries that are changed at the same time, as many as the engine's steps on two cores. Without a limit the engine
 * makes every VM first and their firewalls last, with a state that is whole by then and written at each step.
 */
const AT_ONCE = 8;

/**
 * All runners of an environment, one role at a time: the secondaries first, then the proof that they work, then the
 * primary. What fails before the primary leaves it as it was.
 */
export class RunnerPool extends pulumi.ComponentResource {
  readonly runners: readonly PoolRunner[];
  /** Proof of the secondaries; unset in an environment without one, or without guests. */
  readonly evidence: pulumi.Output<GateEvidence> | undefined;

  constructor(name: string, args: RunnerPoolArgs, opts: RunnerPoolOptions) {
    const { proxmox, access, ...options } = opts;
    super(
      "ghrunners:pool:RunnerPool",
      name,
      // Labels and events stand here for the guards of the policy pack.
      {
        members: args.members.map(({ role, name: runner, labels }) => ({ role, runner, labels })),
        events: args.host?.jobs.events,
      },
      options,
    );

    const keys = memberKeys(args.members);
    const resourceOf = (member: PoolMember): string => `${name}-${keys.get(member) ?? member.name}`;
    const hooks = runnerHooks({
      ...access,
      runners: args.members.map((member) => ({
        name: member.name,
        vmId: member.vm.vmId,
        labels: member.labels,
        agentResource: agentResourceName(resourceOf(member)),
      })),
      force: args.force,
      drainMinutes: args.host?.limits.drainMinutes ?? 0,
      hosts: args.host !== undefined,
    });
    const archive = this.archive(name, args);
    const make = (member: PoolMember, after: readonly pulumi.Resource[]): PoolRunner => ({
      member,
      runner: new Runner(
        resourceOf(member),
        { role: member.role, runnerName: member.name, vm: member.vm, host: hostOf(args, member, archive) },
        { parent: this, proxmox, runnerHooks: hooks satisfies RunnerHooks, after },
      ),
    });

    const secondaries: PoolRunner[] = [];
    for (const member of args.members.filter(({ role }) => role === "secondary")) {
      const ahead = secondaries[secondaries.length - AT_ONCE];
      secondaries.push(make(member, ahead === undefined ? [] : [ahead.runner.settled]));
    }
    const primaries = args.members.filter(({ role }) => role === "primary");
    const gate = this.gate(name, args, secondaries, primaries);
    const before = gate === undefined ? secondaries.map(({ runner }) => runner.settled) : [gate];
    this.runners = [...primaries.map((member) => make(member, before)), ...secondaries];
    this.evidence = gate?.evidence;
    if (args.host !== undefined) {
      const all = [...before, ...this.runners.map(({ runner }) => runner)];
      new LastKnownGood(`${name}-proven`, { settings: args.host.proven }, { parent: this, dependsOn: all });
    }
    this.registerOutputs({ evidence: this.evidence });
  }

  private archive(name: string, { host }: RunnerPoolArgs): RunnerHostArgs["archive"] | undefined {
    if (host === undefined) return undefined;
    if (host.archive !== undefined) return host.archive;
    const { githubUrl, repository, version } = host;
    const release = new RunnerRelease(`${name}-release`, { githubUrl, repository, version }, { parent: this });
    return pulumi.all([orEmpty(release.url), orEmpty(release.sha256)]).apply(([url, sha256]) => ({ url, sha256 }));
  }

  private gate(
    name: string,
    { host, smoke }: RunnerPoolArgs,
    secondaries: readonly PoolRunner[],
    primaries: readonly PoolMember[],
  ): HealthGate | undefined {
    if (host === undefined || secondaries.length === 0) return undefined;
    const subjects = secondaries.flatMap(({ member, runner }) =>
      runner.host === undefined ? [] : [{ member, on: runner.host }],
    );
    return new HealthGate(
      `${name}-gate`,
      {
        githubUrl: host.githubUrl,
        repository: host.repository,
        subjects: pulumi.all(
          subjects.map(({ member, on }) =>
            pulumi.all([on.registered.runnerId, on.address, on.revision]).apply(([runnerId, address, revision]) => ({
              runnerName: member.name,
              runnerId,
              labels: [...member.labels],
              version: host.version,
              unit: member.unit,
              host: address,
              revision,
            })),
          ),
        ),
        next: fingerprint(
          primaries.map((member) => [member.labels, vmRevision({ ...member.vm, vmName: member.name }), host.jobs]),
        ),
        smoke,
        onlineSeconds: host.limits.onlineSeconds,
      },
      {
        parent: this,
        dependsOn: secondaries.map(({ runner }) => runner),
        customTimeouts: { create: "90m", update: "90m" },
      },
    );
  }
}

function hostOf(
  { host }: RunnerPoolArgs,
  { labels, unit }: PoolMember,
  archive: RunnerHostArgs["archive"] | undefined,
): RunnerHostArgs | undefined {
  return host === undefined || archive === undefined ? undefined : { ...host, labels, unit, archive };
}

function fingerprint(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
