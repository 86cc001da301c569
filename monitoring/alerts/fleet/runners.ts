import { dashboardUids } from "../../dashboard-uids";
import { foreignMetrics as foreign } from "../../metrics/foreign";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";
import { BY_RUNNER, diskUse, offline, unreachable } from "../views";

const hostDown = {
  name: "RunnerHostDown",
  component: "runner",
  action: "See in Proxmox VE whether the VM runs, then whether the monitoring host and GitHub reach it.",
  dashboard: dashboardUids.runnerHealth,
} as const;

const disagreement = {
  name: "StatusDisagreement",
  severity: "warning",
  component: "runner",
  for: "5m",
  action: "Compare the two views with the status command; trust neither until a smoke job has run.",
  dashboard: dashboardUids.runnerHealth,
} as const;

/** Runners whose own exporter says that they are connected. */
const hostSaysUp = (environment: string): string =>
  `max ${BY_RUNNER} (${select(metrics.runnerStatus, environment)}) == 1`;

/** Alerts about single runners and their machines. */
export const runnerAlerts: readonly Alert[] = [
  {
    ...hostDown,
    severity: "critical",
    for: "2m",
    expr: ({ environment }) => [unreachable(environment, 'role="primary"')],
    summary: "The machine of primary runner {{ $labels.runner }} is unreachable",
    description:
      "No exporter of {{ $labels.runner }} answers for 2 minutes (up = {{ $value }}) and GitHub does not show it online: the machine is off, frozen or cut off.",
  },
  {
    ...hostDown,
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [unreachable(environment, 'role="secondary"')],
    summary: "The machine of secondary runner {{ $labels.runner }} is unreachable",
    description:
      "No exporter of {{ $labels.runner }} answers for 5 minutes (up = {{ $value }}) and GitHub does not show it online: the machine is off, frozen or cut off.",
  },
  {
    name: "BothRunnersOffline",
    severity: "critical",
    component: "runner",
    role: "all",
    for: "2m",
    expr: ({ environment, runners }) =>
      runners.length < 2 ? [] : [`count by (environment) (${offline(environment)}) >= ${runners.length}`],
    summary: "No runner of {{ $labels.environment }} is online",
    description:
      "All {{ $value }} runners of {{ $labels.environment }} are offline for 2 minutes: nothing can be deployed.",
    action: "Bring the runner back that needs least, then the other; tell the teams that deployments wait.",
    dashboard: dashboardUids.overview,
  },
  {
    ...disagreement,
    labels: { reason: "host_up_github_offline" },
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubRunnerOnline, environment)}) == 0 and ${hostSaysUp(environment)}`,
    ],
    summary: "GitHub shows {{ $labels.runner }} offline although it works",
    description:
      "The host of {{ $labels.runner }} says that its listener is connected, GitHub shows it offline (online = {{ $value }}) for 5 minutes: it gets no jobs.",
  },
  {
    ...disagreement,
    labels: { reason: "host_down_github_online" },
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.runnerStatus, environment)}) == 0 and max ${BY_RUNNER} (${select(metrics.githubRunnerOnline, environment)}) == 1`,
    ],
    summary: "GitHub shows {{ $labels.runner }} online although it is down",
    description:
      "GitHub shows {{ $labels.runner }} online, its host says that it is not connected (status = {{ $value }}) for 5 minutes: jobs sent to it wait.",
  },
  {
    ...disagreement,
    labels: { reason: "not_registered" },
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubRunnerRegistered, environment)}) == 0 and ${hostSaysUp(environment)}`,
    ],
    summary: "{{ $labels.runner }} works but GitHub has no registration of it",
    description:
      "The host of {{ $labels.runner }} says that its listener is connected, GitHub knows no runner of that name (registered = {{ $value }}) for 5 minutes.",
  },
  {
    name: "GhostBusy",
    severity: "warning",
    component: "runner",
    for: "10m",
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubRunnerBusy, environment)}) == 1 and max ${BY_RUNNER} (${select(metrics.githubRunnerJobsInProgress, environment)}) == 0`,
    ],
    summary: "{{ $labels.runner }} is busy without a job",
    description:
      "GitHub shows {{ $labels.runner }} busy for 10 minutes (busy = {{ $value }}) and has no job in progress on it: it takes no new ones.",
    action: "Make sure that no worker process runs on the host, then restart the runner's unit.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "RunnerStaleCheckIn",
    severity: "warning",
    component: "runner",
    for: "2m",
    expr: ({ environment }) => [
      `time() - max ${BY_RUNNER} (${select(metrics.runnerLastCheckin, environment)}) > ${thresholds.staleCheckinSeconds}`,
    ],
    summary: "{{ $labels.runner }} has not talked to GitHub for a while",
    description:
      "The last evidence that the listener of {{ $labels.runner }} talked to GitHub is {{ $value | humanizeDuration }} old, more than 10 minutes.",
    action: "Read the listener's newest log on the host, then restart its unit.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "RunnerLogIgnored",
    severity: "warning",
    component: "runner",
    expr: ({ environment }) => [
      `sum ${BY_RUNNER} (increase(${select(metrics.runnerLogIgnored, environment)}[15m])) > 0`,
    ],
    summary: "The log folder of {{ $labels.runner }} holds what the runner does not write",
    description:
      "The exporter of {{ $labels.runner }} left out files or lines of the runner's log folder (about {{ $value | humanize }} in 15 minutes): a job put them there, or a clock was ahead. Counts of jobs may be wrong; who deploys next does not depend on them.",
    action: "Find the file and the job that made it; then remove the file.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "ClockSkew",
    severity: "warning",
    component: "runner",
    for: "5m",
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (abs(${select(metrics.runnerClockOffset, environment)})) > ${thresholds.clockSkewSeconds}`,
    ],
    summary: "The clock of {{ $labels.runner }} is wrong",
    description:
      "The clock of {{ $labels.runner }} differs from GitHub's by {{ $value | humanizeDuration }} for 5 minutes; from 5 minutes on GitHub refuses its tokens.",
    action: "Start time synchronisation on the host and see that it reaches its server.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "DiskWillFill",
    severity: "warning",
    component: "runner",
    for: "30m",
    expr: ({ environment }) => [
      [
        `${diskUse(environment)} > ${thresholds.diskWillFillRatio} and`,
        `min ${BY_RUNNER} (predict_linear(${select(foreign.filesystemAvailable, environment, 'mountpoint="/"', 'runner!=""')}[6h], ${thresholds.diskWillFillSeconds})) < 0`,
      ].join(" "),
    ],
    summary: "The disk of {{ $labels.runner }} will be full within a day",
    description:
      "The root file system of {{ $labels.runner }} is {{ $value | humanizePercentage }} full and, at the pace of the last 6 hours, full within 24 hours.",
    action: "Clear the work folder of the idle runner, then find what grows.",
    dashboard: dashboardUids.runnerHealth,
  },
];
