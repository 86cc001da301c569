import type { Described } from "@ghrunners/core/schema";
import type { jobStatusSchema, machineStatusSchema, runnerStatusSchema, statusReportSchema } from "./schema";
import { type Protection, protectionOf } from "@ghrunners/core/github/protection";
import { type GitHubRunner, labelsWithout } from "@ghrunners/core/github/runner";
import { gh } from "@ghrunners/core/github/gh";
import { labelOfStack, strangers } from "@ghrunners/core/github/known-runner";
import { runnerApi } from "@ghrunners/core/github/runner-scope";
import type { ClusterGuest } from "@ghrunners/core/proxmox/answers";
import { maintenances } from "@ghrunners/failover/choice/maintenance";
import { pauseOf, pauses, unknownPause } from "@ghrunners/failover/choice/pause";
import { choiceProblems, choiceStatus, gradeProblems } from "./choice";
import { monitoringProblems, type MonitoringStatus } from "./monitoring";
import { protectionProblems } from "./environment";

/** Format version of the status report; increased when a field changes its meaning. */
export const statusVersion = 1;

/** A machine as Proxmox VE shows it. */
export type MachineStatus = Described<typeof machineStatusSchema>;

/** A runner as GitHub shows it. */
export type RunnerStatus = Described<typeof runnerStatusSchema>;

/** The newest workflow job that ran on one of the stack's runners. */
export type JobStatus = Described<typeof jobStatusSchema>;

/** The whole status of one stack: what `ghrunners status --json` prints. */
export type StatusReport = Described<typeof statusReportSchema>;

/** What the services reported, before it is judged. */
export interface StatusObservation {
  /** Undefined: Proxmox VE did not answer. */
  readonly vms?: readonly Pick<ClusterGuest, "vmid" | "name" | "status">[];
  /** Undefined: GitHub did not answer. */
  readonly runners?: readonly GitHubRunner[];
  /** Null: GitHub has no such environment. Undefined: not read, or GitHub did not answer. */
  readonly deployment?: Protection | null;
  /** Undefined: not read, or it did not answer. */
  readonly monitoring?: MonitoringStatus;
  /** Text of the variable RUNNER_MAINTENANCE, null if it does not exist. Undefined: not read, or GitHub did not answer. */
  readonly maintenance?: string | null;
  /** Text of the variable DEPLOY_PAUSED, null if it does not exist. Undefined: not read, or GitHub did not answer. */
  readonly pause?: string | null;
  /** Value of DEPLOY_RUNNER, null if it does not exist. Undefined: not read, or GitHub did not answer. */
  readonly choice?: string | null;
  /** Null: no job ran on a runner of the stack. Undefined: not read, or GitHub did not answer. */
  readonly lastJob?: JobStatus | null;
  /** Services that could not be read, with their error. Missing data never counts as healthy. */
  readonly errors: readonly string[];
}

/** What the configuration expects. */
export interface StatusExpectation {
  readonly stack: string;
  readonly environment: string;
  /** Address of GitHub, for the commands of next steps. */
  readonly githubUrl: string;
  readonly repository: string;
  readonly hosts: "manage" | "skip";
  /** Whether the stack has a monitoring host. */
  readonly monitored: boolean;
  /** Why the stack runs no failover switch, with the next step; undefined: it runs one. */
  readonly switchLacks: string | undefined;
  readonly runners: readonly {
    readonly name: string;
    readonly role: string;
    readonly vmId: number;
    readonly address: string;
    readonly labels: readonly string[];
  }[];
  /** Names of other runners that may be registered, or their beginnings with `*`. */
  readonly knownRunners: readonly string[];
  readonly deployment: ({ readonly name: string } & Protection) | null;
}

/** What the stack has and no service showed. */
function unknownParts(expected: StatusExpectation, seen: StatusObservation): StatusReport["unknown"] {
  const runs = expected.hosts === "manage";
  const wanted = {
    ...{ machines: true, runners: runs, deployment: expected.deployment !== null, monitoring: expected.monitored },
    ...{ maintenance: runs, pause: runs, choice: runs, lastJob: runs },
  };
  const parts = Object.keys(wanted) as (keyof typeof wanted)[];
  return parts.filter((part) => wanted[part] && seen[part === "machines" ? "vms" : part] === undefined);
}

/** Compares what is expected with what was seen. Pure. */
export function judge(expected: StatusExpectation, seen: StatusObservation, at: Date): StatusReport {
  const statusOf = (vmId: number): string => {
    if (seen.vms === undefined) return "unknown";
    const found = seen.vms.find((vm) => vm.vmid === vmId);
    return found === undefined ? "missing" : (found.status ?? "unknown");
  };
  const machines = expected.runners.map(({ name, role, vmId, address }): MachineStatus => ({
    vmId,
    name,
    role,
    address,
    status: statusOf(vmId),
  }));
  const runners = expected.hosts === "skip" ? [] : expected.runners.map((runner) => judgeRunner(runner, seen));
  const unprotected =
    expected.deployment === null || seen.deployment === undefined
      ? []
      : protectionProblems(expected.deployment.name, expected.deployment, seen.deployment);
  const online = (seen.runners ?? []).filter((runner) => runner.online).map(({ name }) => name);
  const choice = seen.choice === undefined ? null : choiceStatus(seen.choice, expected.switchLacks, at, online);
  const away = maintenances.parse(seen.maintenance ?? undefined, at);
  const paused = pauses.parse(seen.pause ?? undefined, at);
  const pause = paused.known ? pauseOf(paused.entries, expected.environment) : undefined;
  const problems = [
    ...seen.errors,
    ...(paused.known ? [] : [unknownPause(paused.problem)]),
    ...(away.known ? [] : [away.problem]),
    ...machines.flatMap((vm) =>
      // If Proxmox VE did not answer, the errors give the cause.
      seen.vms === undefined || vm.status === "running" ? [] : [`machine ${vm.name} (VM ${vm.vmId}) is ${vm.status}`],
    ),
    ...runners.flatMap(problemsOf),
    ...strangerProblems(expected, seen),
    ...unprotected,
    ...(choice === null ? [] : [...choiceProblems(choice), ...gradeProblems(choice)]),
    ...(seen.monitoring === undefined ? [] : monitoringProblems(seen.monitoring)),
  ];
  return {
    version: statusVersion,
    at: at.toISOString(),
    stack: expected.stack,
    environment: expected.environment,
    repository: expected.repository,
    hosts: expected.hosts,
    machines,
    runners,
    deployment: expected.deployment && {
      name: expected.deployment.name,
      protection: seen.deployment ? protectionOf(seen.deployment) : null,
      asConfigured: seen.deployment !== undefined && unprotected.length === 0,
    },
    monitoring: seen.monitoring ?? null,
    maintenance: away.known
      ? away.entries.filter(({ name }) => expected.runners.some((runner) => runner.name === name))
      : [],
    pause: pause === undefined ? null : { until: pause.until, note: pause.note, by: pause.by },
    choice,
    lastJob: seen.lastJob ?? null,
    unknown: unknownParts(expected, seen),
    problems,
    healthy: problems.length === 0,
  };
}

function judgeRunner(expected: StatusExpectation["runners"][number], seen: StatusObservation): RunnerStatus {
  const found = seen.runners?.find((runner) => runner.name === expected.name);
  const absent = seen.runners === undefined ? "unknown" : "missing";
  const labels = found?.labels ?? [];
  return {
    name: expected.name,
    role: expected.role,
    id: found?.id ?? null,
    status: found === undefined ? absent : found.online ? "online" : "offline",
    busy: found?.busy ?? false,
    version: found?.version ?? null,
    labels,
    missingLabels: found === undefined ? [] : labelsWithout(expected.labels, labels),
    unexpectedLabels: labelsWithout(labels, expected.labels),
  };
}

/** A runner that no one configured can get a deployment's job, with all its secrets. */
function strangerProblems(expected: StatusExpectation, { runners = [] }: StatusObservation): string[] {
  const known = [...expected.runners.map(({ name }) => name), ...expected.knownRunners];
  return strangers(runners, expected.environment, known).map(
    (runner) =>
      `runner ${runner.name} is in no configuration, and takes jobs for the label ${labelOfStack(runner.labels, expected.environment)}. ` +
      `Next: ${gh(expected.githubUrl)} api --method DELETE ${runnerApi(expected.repository, runner)}`,
  );
}

function problemsOf(runner: RunnerStatus): string[] {
  return [
    ...(runner.status === "missing" ? [`runner ${runner.name} is not registered at GitHub`] : []),
    ...(runner.status === "offline" ? [`runner ${runner.name} is offline at GitHub`] : []),
    ...(runner.missingLabels.length > 0
      ? [`runner ${runner.name} lacks the labels ${runner.missingLabels.join(", ")}`]
      : []),
    ...(runner.unexpectedLabels.length > 0
      ? [`runner ${runner.name} carries labels that are not configured: ${runner.unexpectedLabels.join(", ")}`]
      : []),
  ];
}
