import { dashboardUids } from "../../dashboard-uids";
import { foreignMetrics as foreign } from "../../metrics/foreign";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";
import { BY_RUNNER, CAPACITY, diskUse, ofCapacity, ofDelivery, offline, unreachable } from "../views";

const hostDown = {
  name: "RunnerHostDown",
  component: "runner",
  action: "Check in Proxmox VE whether the VM runs, then whether it can be reached from the monitoring host.",
  dashboard: dashboardUids.runnerHealth,
} as const;

const disagreement = {
  name: "StatusDisagreement",
  severity: "warning",
  component: "runner",
  for: "5m",
  action: "Compare the two views with ghrunners status. Trust neither until a smoke job has run.",
  dashboard: dashboardUids.runnerHealth,
} as const;

/** Runners whose own exporter reports them as connected. */
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
      "No exporter of {{ $labels.runner }} has answered for 2 minutes (up = {{ $value }}), and GitHub does not show it online. The machine is off, frozen or disconnected.",
  },
  {
    ...hostDown,
    severity: "warning",
    for: "5m",
    expr: ({ environment }) => [unreachable(environment, 'role="secondary"')],
    summary: "The machine of secondary runner {{ $labels.runner }} is unreachable",
    description:
      "No exporter of {{ $labels.runner }} has answered for 5 minutes (up = {{ $value }}), and GitHub does not show it online. The machine is off, frozen or disconnected.",
  },
  {
    ...hostDown,
    severity: "warning",
    role: DELIVERY_ROLE,
    for: "10m",
    expr: ofDelivery(unreachable),
    summary: "The machine of delivery runner {{ $labels.runner }} is unreachable",
    description:
      "No exporter of {{ $labels.runner }} has answered for 10 minutes (up = {{ $value }}), and GitHub does not show it online. Workflows that preview and deliver the stacks wait; deployments of the application do not.",
  },
  {
    name: "BothRunnersOffline",
    severity: "critical",
    component: "runner",
    role: "all",
    for: "2m",
    expr: (scope) => {
      const { length } = ofCapacity(scope);
      return length < 2 ? [] : [`count by (environment) (${offline(scope.environment, CAPACITY)}) >= ${length}`];
    },
    summary: "No runner of {{ $labels.environment }} is online",
    description:
      "All {{ $value }} runners of {{ $labels.environment }} have been offline for 2 minutes. Nothing can be deployed.",
    action: "Repair the runner that needs the least work first, then the other. Tell the teams that deployments wait.",
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
      "For 5 minutes, the host of {{ $labels.runner }} has reported its listener connected, but GitHub shows the runner offline (online = {{ $value }}). It gets no jobs.",
  },
  {
    ...disagreement,
    labels: { reason: "host_down_github_online" },
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.runnerStatus, environment)}) == 0 and max ${BY_RUNNER} (${select(metrics.githubRunnerOnline, environment)}) == 1`,
    ],
    summary: "GitHub shows {{ $labels.runner }} online although it is down",
    description:
      "For 5 minutes, GitHub has shown {{ $labels.runner }} online, but its host reports that it is not connected (status = {{ $value }}). Jobs that are assigned to it wait.",
  },
  {
    ...disagreement,
    labels: { reason: "not_registered" },
    expr: ({ environment }) => [
      `max ${BY_RUNNER} (${select(metrics.githubRunnerRegistered, environment)}) == 0 and ${hostSaysUp(environment)}`,
    ],
    summary: "{{ $labels.runner }} works but is not registered at GitHub",
    description:
      "For 5 minutes, the host of {{ $labels.runner }} has reported its listener connected, but GitHub has no runner of that name (registered = {{ $value }}).",
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
      "For 10 minutes, GitHub has shown {{ $labels.runner }} busy (busy = {{ $value }}) but has no job in progress on it. The runner gets no new jobs.",
    action: "Check that no worker process runs on the host, then restart the runner's unit.",
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
    summary: "{{ $labels.runner }} has not communicated with GitHub for more than 10 minutes",
    description:
      "The listener of {{ $labels.runner }} last communicated with GitHub {{ $value | humanizeDuration }} ago, more than 10 minutes.",
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
    summary: "The log folder of {{ $labels.runner }} contains files or lines that are not from the runner",
    description:
      "The exporter of {{ $labels.runner }} ignored files or lines in the runner's log folder (about {{ $value | humanize }} in 15 minutes). A job wrote them, or a clock was ahead. The counts of jobs may be wrong; the choice of the next runner does not depend on them.",
    action: "Find the file and the job that wrote it, then remove the file.",
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
      "The clock of {{ $labels.runner }} has been wrong for 5 minutes; it differs from GitHub's by {{ $value | humanizeDuration }}. If the difference reaches 5 minutes, GitHub refuses the runner's tokens.",
    action: "Start time synchronisation on the host, and check that it reaches its server.",
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
      "The root file system of {{ $labels.runner }} is {{ $value | humanizePercentage }} full. At the rate of the last 6 hours, it will be full within 24 hours.",
    action: "Empty the work folder while the runner is idle, then find out what grows.",
    dashboard: dashboardUids.runnerHealth,
  },
];
