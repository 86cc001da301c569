import { dashboardUids } from "../../dashboard-uids";
import { metrics } from "../../all-metrics";
import { select } from "../../select";
import { thresholds } from "../../thresholds";
import type { Alert } from "../alert";

const BY_LABELS = "by (environment, labels)";

/** Alerts about waiting jobs and about who may deploy. */
export const queueAlerts: readonly Alert[] = [
  {
    name: "JobQueuedTooLong",
    severity: "warning",
    component: "runner",
    role: "all",
    for: "1m",
    expr: ({ environment }) => [
      `max ${BY_LABELS} (${select(metrics.githubJobQueueOldest, environment)}) > ${thresholds.queuedSeconds}`,
    ],
    summary: "A job for [{{ $labels.labels }}] waits too long",
    description:
      "The oldest job that asks for [{{ $labels.labels }}] is queued for {{ $value | humanizeDuration }}, more than 5 minutes.",
    action:
      "See whether a runner with all these labels is online and idle; without one GitHub lets the job wait for a day.",
    dashboard: dashboardUids.deploymentPipeline,
  },
  {
    name: "QueuedWhileEligibleIdle",
    severity: "warning",
    component: "runner",
    role: "all",
    for: "3m",
    expr: ({ environment }) => [
      [
        `max ${BY_LABELS} (${select(metrics.githubQueuedEligibleIdle, environment)}) > 0 and`,
        `max ${BY_LABELS} (${select(metrics.githubJobQueueOldest, environment)}) > ${thresholds.eligibleIdleQueuedSeconds}`,
      ].join(" "),
    ],
    summary: "A job for [{{ $labels.labels }}] waits although a runner is idle",
    description:
      "{{ $value }} idle runner(s) have the labels [{{ $labels.labels }}], yet a job that asks for them is queued for more than a minute.",
    action: "Look at the runner's version and registration: GitHub gives a too old or hung listener nothing.",
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
      "{{ $value }} runners are healthy in both views and allowed to deploy to {{ $labels.environment }} for 2 minutes: deployments are refused.",
    action: "Read the reason for each runner in the status screen and mend the primary first.",
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
    action: "Mend the primary within the day; the choice returns to it by itself.",
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
    summary: "{{ $labels.environment }} fails over again and again",
    description: "{{ $value }} failovers in {{ $labels.environment }} within 24 hours, more than 5: the primary flaps.",
    action: "Take the primary out of service until the reason of the failovers is found.",
    dashboard: dashboardUids.overview,
  },
];
