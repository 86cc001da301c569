import * as pulumi from "@pulumi/pulumi";
import { unusualCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { recordedImage } from "@ghrunners/core/proxmox/image";
import { refuseArguments } from "../arguments";
import { CloneSource } from "../resources/clone-source";
import { HealthGate } from "../resources/health-gate";
import { LastKnownGood, type ProvenSettings } from "../resources/last-known-good";
import { registeredAt } from "./registered-at";
import { RunnerGroup } from "../resources/runner-group";
import type { RunnerArchive } from "./runner-archive";
import { poolProblems } from "./check-pool";
import { environmentProblems, identityProblems } from "./check-settings";
import { defaults } from "./defaults";
import { fingerprint } from "./fingerprint";
import { memberKeys } from "./member-keys";
import { byPlacement, templatesOf } from "./placement";
import type { GateEvidence, GateSubject } from "./plan-gate";
import { archiveOf, hooksFor, jobsOf, labelsOf, Runner, sourceOf, vmArgs } from "./runner";
import type { EnvironmentArgs, RunnerIdentityArgs } from "./settings";
import { vmRevision } from "./vm-revision";

export type { GateEvidence } from "./plan-gate";

/** The job that proves a secondary. */
export interface SmokeArgs {
  /**
   * File in `.github/workflows` of the repository.
   * @default "runner-smoke.yml"
   */
  readonly workflow?: pulumi.Input<string>;
  /**
   * Branch that has the workflow.
   * @default the default branch
   */
  readonly ref?: pulumi.Input<string> | undefined;
  /**
   * Time limit of the job, seconds.
   * @default 300
   */
  readonly timeoutSeconds?: pulumi.Input<number>;
}

/** Arguments of {@link RunnerPool}. The provider is `opts.provider`, a `proxmoxve.Provider`. */
export interface RunnerPoolArgs extends EnvironmentArgs {
  /**
   * The runners, exactly one of them primary; new ones are appended. Plain: the number of runners determines the
   * resources.
   * @example [{ role: "primary", name: "runner-1", vmId: 151, address: "192.168.0.51" }]
   */
  readonly runners: readonly RunnerIdentityArgs[];
  /**
   * The job that proves each secondary before the primary is changed.
   * @default {}
   */
  readonly smoke?: SmokeArgs;
  /**
   * Allows changing a runner although no other one is healthy.
   * @default false
   */
  readonly force?: pulumi.Input<boolean>;
  /**
   * How to set `force`, as text for a refusal; for programs that read it from a configuration. Plain: the preview
   * refuses with it.
   * @default "force: true in the arguments of these runners"
   */
  readonly forceHint?: string;
}

/**
 * Number of secondaries that are changed at the same time: the engine's number of parallel steps on two cores. Without
 * a limit the engine would make all VMs first and their firewalls last, and write an ever larger state at each step.
 */
const AT_ONCE = 8;

/**
 * All runners of an environment, changed one role at a time: the secondaries first, then the health gate proves that
 * they work, then the primary. If anything fails before, the primary is not changed.
 */
export class RunnerPool extends pulumi.ComponentResource {
  /** The primary, then the secondaries. */
  readonly runners: readonly Runner[];
  /** Proof of the secondaries; undefined in an environment without secondaries, or without guests. */
  readonly evidence: pulumi.Output<GateEvidence> | undefined;
  /** The runners that a proof of the whole pool checks: every runner with a guest, the primary first. */
  readonly subjects: pulumi.Output<GateSubject[]>;
  /** Number of the organization's runner group; undefined if the runners are the repository's, or without guests. */
  readonly groupId: pulumi.Output<number> | undefined;
  /** Version of the runner program, as the state keeps it; undefined in an environment without guests. */
  readonly version: pulumi.Output<string> | undefined;

  constructor(name: string, args: RunnerPoolArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { runners } = args;
    const manages = args.hosts !== "skip";
    super(
      "ghrunners:pool:RunnerPool",
      name,
      // Labels and events are recorded here for the guards of the policy pack.
      {
        members: runners.map((place) => ({
          role: place.role,
          runner: place.name,
          labels: labelsOf({ ...args, role: place.role }),
        })),
        events: manages ? [...(args.agent?.allowedEvents ?? defaults.agent.allowedEvents)] : undefined,
      },
      opts,
    );
    refuseArguments(this, name, [
      ...runners.flatMap((place, index) => identityProblems(place, `runners[${index}].`)),
      ...poolProblems(runners),
      ...environmentProblems(args),
    ]);

    const keys = memberKeys(runners);
    const resourceOf = (place: RunnerIdentityArgs): string => `${name}-${keys.get(place) ?? place.name}`;
    const hooks = hooksFor(
      name,
      args,
      runners.map((place) => ({ resource: resourceOf(place), place })),
    );
    const archive = manages ? archiveOf(`${name}-release`, args, this) : undefined;
    const labels = runners.map((place) => labelsOf({ ...args, role: place.role }));
    const peers = runners.length > 1 ? { labels: sharedLabels(labels), force: args.force } : undefined;
    const make = (place: RunnerIdentityArgs, dependsOn: pulumi.Resource[]): Runner =>
      new Runner(
        resourceOf(place),
        { ...args, ...place, archive, hooks, peers, groupId: this.groupId },
        { parent: this, dependsOn },
      );

    this.groupId = manages ? this.groupOf(name, args) : undefined;
    const secondaries: Runner[] = [];
    for (const place of runners.filter(({ role }) => role === "secondary")) {
      const ahead = secondaries[secondaries.length - AT_ONCE];
      secondaries.push(make(place, ahead === undefined ? [] : [ahead.settled]));
    }
    const primaries = runners.filter(({ role }) => role === "primary");
    const gate = manages && secondaries.length > 0 ? this.gate(name, args, secondaries, primaries, archive) : undefined;
    const before = gate === undefined ? secondaries.map(({ settled }) => settled) : [gate];
    this.runners = [...primaries.map((place) => make(place, before)), ...secondaries];
    for (const { suffix, runners: sharing } of byPlacement(runners)) {
      const made = this.runners.filter(({ runnerName }) => sharing.some((place) => place.name === runnerName));
      const incarnations = pulumi.all(made.map((runner) => runner.vm.incarnation));
      const source = { endpoint: args.proxmox.endpoint, ...sourceOf(args, sharing[0]), incarnations };
      new CloneSource(`${name}-source${suffix}`, source, { parent: this });
    }
    this.evidence = gate?.evidence;
    this.subjects = gateSubjects(this.runners, archive);
    this.version = archive?.version;
    if (archive !== undefined) {
      const settings = provenSettings(args, archive.version);
      new LastKnownGood(`${name}-proven`, { settings }, { parent: this, dependsOn: [...before, ...this.runners] });
    }
    this.registerOutputs({ evidence: this.evidence });
  }

  private groupOf(name: string, { github }: RunnerPoolArgs): pulumi.Output<number> | undefined {
    const { runnerGroup } = github;
    if (runnerGroup === undefined) return undefined;
    const inputs = { ...registeredAt(github), runnerGroup, openTo: [] };
    return new RunnerGroup(`${name}-group`, inputs, { parent: this }).groupId;
  }

  private gate(
    name: string,
    args: RunnerPoolArgs,
    secondaries: readonly Runner[],
    primaries: readonly RunnerIdentityArgs[],
    archive: pulumi.Output<RunnerArchive> | undefined,
  ): HealthGate {
    const { github, limits, smoke = {} } = args;
    const next = primaries.map((place) => [
      labelsOf({ ...args, role: place.role }),
      vmRevision(vmArgs({ ...args, ...place })),
      jobsOf(args),
    ]);
    const { workflow = defaults.smoke.workflow, ref, timeoutSeconds = defaults.smoke.timeoutSeconds } = smoke;
    return new HealthGate(
      `${name}-gate`,
      {
        ...registeredAt(github),
        subjects: gateSubjects(secondaries, archive),
        next: pulumi.output(next).apply(fingerprint),
        smoke: pulumi.output({ workflow, ref, timeoutSeconds }),
        onlineSeconds: limits?.onlineSeconds ?? defaults.limits.onlineSeconds,
      },
      { parent: this, dependsOn: [...secondaries], customTimeouts: { create: "90m", update: "90m" } },
    );
  }
}

/** Labels that every one of these runners has. */
const sharedLabels = ([first = [], ...others]: readonly (readonly string[])[]): string[] =>
  first.filter((label) => others.every((labels) => labels.includes(label)));

/** The runners that two views and a job can prove; those without a guest are left out. */
function gateSubjects(
  runners: readonly Runner[],
  archive: pulumi.Output<RunnerArchive> | undefined,
): pulumi.Output<GateSubject[]> {
  const subjects = runners.flatMap(({ runnerName, labels, host }) =>
    host === undefined || archive === undefined
      ? []
      : [
          {
            ...{ runnerName, labels: [...labels], version: archive.version, unit: host.unit },
            ...{ runnerId: host.registered.runnerId, host: host.address, revision: host.revision },
          },
        ],
  );
  return pulumi.output(subjects);
}

/** The runners' settings to which a rollback can return, recorded once all runners are proved. */
export function provenSettings(
  {
    agent = {},
    proxmox,
    runners,
    vm = {},
  }: Pick<EnvironmentArgs, "agent" | "vm"> & {
    readonly proxmox: Pick<EnvironmentArgs["proxmox"], "templateId" | "image">;
    readonly runners: readonly Pick<RunnerIdentityArgs, "node" | "templateId">[];
  },
  version: pulumi.Input<string>,
): pulumi.Output<ProvenSettings> {
  const { cores = defaults.vm.cores, memoryMiB = defaults.vm.memoryMiB, user = defaults.vm.user, cpuType } = vm;
  return pulumi.output({
    agent: { ...defaults.agent, extraLabels: [], ...agent, version },
    proxmox:
      proxmox.image === undefined
        ? { templateId: proxmox.templateId, ...templatesOf(runners) }
        : { image: recordedImage({ ...defaults.image, ...proxmox.image }) },
    vm: { cores, memoryMiB, user, cpuType: pulumi.output(cpuType).apply(unusualCpuType) },
  });
}
