import * as pulumi from "@pulumi/pulumi";
import { DELIVERY_ROLE, type MachineRole, runnerLabels, runnerUnit } from "@ghrunners/core/vocabulary/runner";
import { refuseArguments } from "../arguments";
import { IMAGE_SETTING } from "../preflight/judge-template";
import { MachineDrain } from "../resources/machine-drain";
import { orEmpty } from "../resources/or-empty";
import { RegisteredRunner } from "../resources/registered-runner";
import { Registration } from "../resources/registration";
import { RunnerRelease } from "../resources/runner-release";
import { connectionTo, type HostAddress } from "../scripts/connection";
import { installPackages } from "../scripts/packages";
import { RunnerAgent } from "./agent";
import type { JobPolicy } from "./render-agent";
import type { RunnerArchive } from "./runner-archive";
import { environmentProblems, identityProblems } from "./check-settings";
import { closedHosts, closedToJobs } from "./closed-hosts";
import { defaults } from "./defaults";
import { fingerprint } from "./fingerprint";
import { type RunnerHooks, runnerHooks } from "./hooks";
import { HostLogs } from "./logs";
import { registeredAt } from "./registered-at";
import { runnerPackages } from "./packages";
import { placementOf } from "./placement";
import { installPulumi, type PulumiCliArgs } from "./pulumi-cli";
import type { EnvironmentArgs, RunnerIdentityArgs } from "./settings";
import { HostTelemetry } from "./telemetry";
import { nameserversOf, RunnerVm, type RunnerVmArgs } from "./vm";
import { vmRevision } from "./vm-revision";

/** Arguments of {@link Runner}. The provider is `opts.provider`, a `proxmoxve.Provider`. */
export interface RunnerArgs extends EnvironmentArgs, RunnerIdentityArgs {
  /**
   * Version of the runner program, and its archive.
   * @default `agent.version` with `agent.downloadUrl` and `agent.sha256`, else GitHub's archive of `agent.version`,
   * or of the newest version that it offers at first
   */
  readonly archive?: pulumi.Input<RunnerArchive>;
  /**
   * Hooks around steps that could disturb a job. Plain: Pulumi's option `hooks`. A pool creates one set for all its
   * runners.
   * @default hooks for this runner only
   */
  readonly hooks?: RunnerHooks;
  /**
   * The Pulumi CLI on its machine, for a delivery runner. Plain: whether there is one determines a resource.
   * @default none
   */
  readonly pulumiCli?: PulumiCliArgs | undefined;
  /**
   * GitHub's number of the runner group `github.runnerGroup`. A pool makes the group and gives it.
   * @default with `github.runnerGroup`: the group exists already
   */
  readonly groupId?: pulumi.Input<number> | undefined;
  /**
   * Labels of the other runners that take the same jobs. Before the machine is deleted, one of them must be healthy,
   * unless `force` is set. Plain: a pool sets them.
   * @default the environment has no other runner
   */
  readonly peers?:
    { readonly labels: readonly string[]; readonly force?: pulumi.Input<boolean> | undefined } | undefined;
}

/** The parts of a runner on its guest. */
export interface RunnerOnHost {
  /** How to reach it by SSH, with its pinned host key. */
  readonly address: pulumi.Output<HostAddress>;
  /** systemd unit of the runner. */
  readonly unit: pulumi.Output<string>;
  /** The runner as GitHub shows it: online, with exactly its labels. */
  readonly registered: RegisteredRunner;
  /** Fingerprint of everything whose change may have disturbed the runner. */
  readonly revision: pulumi.Output<string>;
}

/**
 * One runner in its role: the VM, the runner program on it, its registration, its exporters, its logs. Everything in
 * `opts.dependsOn` is completed before anything of this runner is changed.
 */
export class Runner extends pulumi.ComponentResource {
  /** Name of the VM and of the runner at GitHub. */
  readonly runnerName: string;
  /** Its role, which is also one of its labels. */
  readonly role: MachineRole;
  /** VMID. */
  readonly vmId: number;
  /** IPv4 address. */
  readonly address: pulumi.Output<string>;
  /** The labels, exactly as GitHub shows them. */
  readonly labels: readonly string[];
  /** Its machine. */
  readonly vm: RunnerVm;
  /** The parts on the guest; undefined if `hosts` is `skip`. */
  readonly host: RunnerOnHost | undefined;
  /** Depend on this to wait until GitHub shows the runner, or for the VM if VMs have no guest. */
  readonly settled: pulumi.Resource;

  constructor(name: string, args: RunnerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // Only the VM depends on them: everything else of the runner depends on the VM.
    const { dependsOn, ...options } = opts;
    super("ghrunners:runner:Runner", name, { role: args.role, runnerName: args.name }, options);
    refuseArguments(this, name, [...identityProblems(args), ...environmentProblems(args)]);
    this.runnerName = args.name;
    this.role = args.role;
    this.vmId = args.vmId;
    this.address = pulumi.output(args.address);
    this.labels = labelsOf(args);
    const hooks = args.hooks ?? hooksFor(name, args, [{ resource: name, place: args }]);
    const ofVm = vmArgs(args, hooks);
    this.vm = new RunnerVm(`${name}-vm`, ofVm, { parent: this, dependsOn });
    const { address } = this.vm;
    this.host = address === undefined ? undefined : this.onHost(name, args, address, vmRevision(ofVm), hooks);
    this.settled = this.host?.registered ?? this.vm.firewall;
    this.registerOutputs({ runnerId: this.host?.registered.runnerId });
  }

  private onHost(
    name: string,
    args: RunnerArgs,
    address: pulumi.Output<HostAddress>,
    ofVm: pulumi.Output<string>,
    hooks: RunnerHooks,
  ): RunnerOnHost {
    const { github, environment, role, logs } = args;
    const unit = pulumi.output(github.repository).apply((repository) => runnerUnit(repository, args.name));
    const connection = connectionTo(address, pulumi.secret(args.sshPrivateKey ?? ""));
    const { incarnation } = this.vm;
    // Use the component, not the VM in it: if the machine is recreated, everything on it is updated because the
    // incarnation changes. With the VM itself, these resources would be replaced together with it; after a refresh that
    // did not find the machine the engine forgets `deletedWith`, and their delete would run on the new machine.
    const machine: pulumi.Resource = this.vm;
    const { drainMinutes = defaults.limits.drainMinutes, onlineSeconds = defaults.limits.onlineSeconds } =
      args.limits ?? {};
    const at = registeredAt(github);
    const { githubUrl } = at;
    const packages = installPackages(
      `${name}-packages`,
      { connection, incarnation, packages: runnerPackages(logs?.kind, role), keepsStill: true },
      { parent: this, deletedWith: machine },
    );
    const archive = pulumi.output(args.archive ?? archiveOf(`${name}-release`, args, this));
    // Everything on the host needs its packages.
    const onHost = { parent: this, dependsOn: packages };
    const { pulumiCli } = args;
    if (pulumiCli !== undefined) {
      const options = { ...onHost, deletedWith: machine };
      installPulumi(`${name}-pulumi`, pulumiCli, github, connection, incarnation, options);
    }
    const agent = new RunnerAgent(
      agentResourceName(name),
      {
        ...{ connection, incarnation, unit, machine, archive },
        jobs: jobsOf(args),
        closed: pulumi
          .all([closedOf(args), nameserversOf(args), pulumi.output(args.network.egress ?? [])])
          .apply((parts) => closedToJobs(...parts)),
        delivers: role === DELIVERY_ROLE,
        drainTimeoutMinutes: drainMinutes,
        drain: hooks.drain,
        restoreLabels: hooks.restoreLabels,
      },
      onHost,
    );
    const revision = pulumi.all([ofVm, agent.revision, incarnation]).apply((parts) => fingerprint(parts));
    const drain = new MachineDrain(
      `${name}-drain`,
      {
        ...{ ...at, runnerName: args.name, vmId: args.vmId, incarnation },
        proxmox: pulumi.output({ endpoint: args.proxmox.endpoint, node: args.node ?? args.proxmox.node }),
        peerLabels: args.peers === undefined ? null : [...args.peers.labels],
        force: args.peers?.force ?? false,
        drainMinutes,
      },
      // Longer than the longest job limit: the drain has its own limit.
      { parent: this, customTimeouts: { delete: "7h" } },
    );
    const common = {
      ...{ ...at, runnerName: args.name, labels: [...this.labels], unit },
      ...{ host: address, incarnation, limits: pulumi.output({ drainMinutes, onlineSeconds }) },
    };
    const ofGroup = args.groupId === undefined ? common : { ...common, groupId: args.groupId };
    const { runnerId } = new Registration(`${name}-registration`, ofGroup, {
      parent: this,
      // In a destroy the runner is removed from GitHub first, so there is nothing left to drain on its machine.
      dependsOn: [agent, drain],
      // An update may wait for a job, as the drain does.
      customTimeouts: { create: "10m", update: "7h", delete: "60m" },
    });
    // Known once the agent is installed: the drain hook, if it ran, ran before.
    const drained = agent.revision.apply(() => hooks.wasDrained(args.name));
    const registered = new RegisteredRunner(
      `${name}-online`,
      { ...common, version: archive.version, revision, drained, runnerId, service: "active", status: "online" },
      { parent: this, customTimeouts: { create: "60m", update: "60m", delete: "60m" } },
    );
    new HostTelemetry(
      `${name}-telemetry`,
      { connection, host: address, incarnation, unit, githubUrl, machine },
      onHost,
    );
    if (logs !== undefined) {
      const origin = pulumi.output({ host: args.name, environment, role, unit });
      new HostLogs(`${name}-logs`, { connection, incarnation, origin, shipper: logs, machine }, onHost);
    }
    return { address, unit, registered, revision };
  }
}

/** Name of the resource that installs a runner's agent; the drain hook identifies the runner by it. */
const agentResourceName = (runnerResource: string): string => `${runnerResource}-agent`;

/** The labels a runner is registered with. */
export function labelsOf({ environment, role, agent }: EnvironmentArgs & { readonly role: MachineRole }): string[] {
  return runnerLabels(environment, role, agent?.extraLabels);
}

/** Which jobs the job-started hook of an environment's runners allows. */
export function jobsOf({ github, agent = {} }: EnvironmentArgs): pulumi.Output<JobPolicy> {
  const { allowedEvents = defaults.agent.allowedEvents, allowedRefs = defaults.agent.allowedRefs } = agent;
  return pulumi.output({ repository: github.repository, events: [...allowedEvents], refs: allowedRefs });
}

/** Hosts that the firewall of an environment's machines keeps jobs from. */
function closedOf({ network, proxmox, github }: EnvironmentArgs): pulumi.Output<string[]> {
  const { closed = [], monitoringAddress } = network;
  return pulumi
    .output({ closed, monitoringAddress, proxmoxEndpoint: proxmox.endpoint, githubUrl: github.url })
    .apply(({ githubUrl = defaults.githubUrl, ...known }) => closedHosts({ ...known, githubUrl }));
}

/** Arguments of a runner's machine, from the settings of its environment. */
export function vmArgs(args: EnvironmentArgs & RunnerIdentityArgs, hooks?: RunnerHooks): RunnerVmArgs {
  const { name, vmId, address, environment, role, network, vm, sshPublicKey, protect, hosts } = args;
  return {
    ...{ name, vmId, address, vm, sshPublicKey, protect, hooks },
    proxmox: placementOf(args.proxmox, args),
    network: { ...network, closed: closedOf(args) },
    tags: ["ghrunners", environment, role],
    pinHostKey: hosts !== "skip",
  };
}

/**
 * What to install: the pinned archive, else GitHub's archive of the version, which is looked up once and then kept.
 * Without a version that is the newest which GitHub offers at first.
 */
export function archiveOf(
  name: string,
  { github, agent = {} }: EnvironmentArgs,
  parent: pulumi.Resource,
): pulumi.Output<RunnerArchive> {
  const { downloadUrl: url, sha256, version } = agent;
  if (url !== undefined && sha256 !== undefined) {
    return pulumi.output({ version: pulumi.output(version).apply((text) => text ?? ""), url, sha256 });
  }
  const { repository, url: githubUrl = defaults.githubUrl } = github;
  const release = new RunnerRelease(name, { githubUrl, repository, version }, { parent });
  return pulumi.output({
    version: orEmpty(release.version),
    url: orEmpty(release.url),
    sha256: orEmpty(release.sha256),
  });
}

/** What a runner's machine is cloned from. */
export function sourceOf({ proxmox, vm = {} }: EnvironmentArgs, place: RunnerIdentityArgs) {
  const { node, templateId } = placementOf(proxmox, place);
  const ofNode = place.node === undefined ? {} : { setting: `proxmox.templates.${place.node}` };
  const setting = proxmox.image === undefined ? ofNode : { setting: IMAGE_SETTING };
  return { node, templateId, diskGiB: vm.diskGiB ?? defaults.vm.diskGiB, ...setting };
}

/**
 * Hooks for the runners of one environment.
 * @param name resource name of the component that the runners belong to
 */
export function hooksFor(
  name: string,
  args: EnvironmentArgs & { readonly force?: pulumi.Input<boolean>; readonly forceHint?: string },
  runners: readonly { readonly resource: string; readonly place: RunnerIdentityArgs }[],
): RunnerHooks {
  const { github, proxmox, hosts, force = false, forceHint } = args;
  return runnerHooks(
    name,
    pulumi.output({
      github: { ...github, url: github.url ?? defaults.githubUrl },
      proxmox: { endpoint: proxmox.endpoint, token: proxmox.token },
      runners: runners.map(({ resource, place }) => ({
        name: place.name,
        vmId: place.vmId,
        source: sourceOf(args, place),
        labels: labelsOf({ ...args, role: place.role }),
        agentResource: agentResourceName(resource),
      })),
      force,
      forceHint: forceHint ?? "force: true in the arguments of these runners",
      drainMinutes: args.limits?.drainMinutes ?? defaults.limits.drainMinutes,
      hosts: hosts !== "skip",
    }),
  );
}
