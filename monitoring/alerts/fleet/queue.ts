import { dashboardUids } from "../../dashboard-uids";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import { DELIVERY_ROLE } from "@ghrunners/core/vocabulary/runner";
import type { Alert } from "../alert";

const BY_LABELS = "by (environment, labels)";

/** Jobs of the delivery workflows wait for each other: one delivery runner does one thing after the other. */
const NOT_DELIVERY = `labels!~"(.+,)?${DELIVERY_ROLE}(,.+)?"`;

/** Alerts about waiting jobs and about the choice of the runner. */
export const queueAlerts: readonly Alert[] = [
  {
    name: "JobQueuedTooLong",
    severity: "warning",
    component: "runner",
    role: "all",
    for: "1m",
    expr: ({ environment }) => [
      `max ${BY_LABELS} (${select(metrics.githubJobQueueOldest, environment, NOT_DELIVERY)}) > ${thresholds.queuedSeconds}`,
    ],
    summary: "A job for [{{ $labels.labels }}] has waited too long",
    description:
      "The oldest job that needs the labels [{{ $labels.labels }}] has been queued for {{ $value | humanizeDuration }}, more than 5 minutes.",
    action:
      "Run ghrunners why with the job's run: it says whether a runner with all these labels is online and idle. Without one, the job waits for a day and then fails.",
    dashboard: dashboardUids.deploymentPipeline,
  },
  {
    name: "QueuedWhileEligibleIdle",
    severity: "warning",
    component: "runner",
    role: "all",
    for: "3m",
    expr: ({ environment }) => [`max ${BY_LABELS} (${select(metrics.githubJobsQueuedDespiteIdle, environment)}) > 0`],
    summary: "A job for [{{ $labels.labels }}] waits although a runner is idle",
    description:
      "{{ $value }} job(s) that need the labels [{{ $labels.labels }}] have been queued for more than a minute, although idle runners have these labels.",
    action:
      "Run ghrunners why with the job's run. Check the runner's version and registration: GitHub gives no jobs to a version that is too old, and a hung listener takes none.",
    dashboard: dashboardUids.runnerHealth,
  },
  {
    name: "NoAuthorisedCapacity",
    severity: "critical",
    component: "deployment",
    role: "all",
    for: "2m",
    expr: ({ environment }) => [
      `sum by (environment) (${select(metrics.deploymentRunnerAuthorised, environment)}) == 0`,
    ],
    summary: "No runner may deploy to {{ $labels.environment }}",
    description:
      "For 2 minutes, {{ $value }} runners have been healthy in both views and allowed to deploy to {{ $labels.environment }}. Deployments are refused.",
    action: "Run ghrunners gate to see the reason for each runner, and repair the primary first.",
    dashboard: dashboardUids.overview,
  },
  {
    name: "FailoverActive",
    severity: "info",
    component: "deployment",
    for: "1m",
    expr: ({ environment }) => [
      `max by (environment, runner, role, reason) (${select(metrics.deploymentRunnerChosen, environment, 'role="secondary"')}) == 1`,
    ],
    summary: "{{ $labels.environment }} deploys from the secondary runner",
    description:
      "Deployments to {{ $labels.environment }} use {{ $labels.runner }} (chosen = {{ $value }}) because of {{ $labels.reason }}.",
    action: "Repair the primary within the day. Deployments return to it by themselves.",
    dashboard: dashboardUids.overview,
  },
  {
    name: "FailoverFrequency",
    severity: "warning",
    component: "deployment",
    role: "all",
    expr: ({ environment }) => [
      `round(sum by (environment) (increase(${select(metrics.deploymentFailovers, environment)}[24h]))) > ${thresholds.failoversPerDay}`,
    ],
    summary: "{{ $labels.environment }} fails over too often",
    description:
      "{{ $value }} failovers in {{ $labels.environment }} within 24 hours, more than 5: the primary keeps failing and recovering.",
    action: "Take the primary out of service (ghrunners maintenance start) until you know the cause of the failovers.",
    dashboard: dashboardUids.overview,
  },
];
