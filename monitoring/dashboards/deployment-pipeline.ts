import { select } from "../select";
import { dashboardUids } from "../dashboard-uids";
import { metrics } from "../all-metrics";
import { thresholds } from "../thresholds";
import type { Dashboard, Query } from "./dashboard";
import { chosenRunner, deploymentSuccess, quantile, waitingDeployments } from "./shared";
import { DRIFT } from "./states";

type Named = { readonly name: string };

const counted = (metric: Named, label: string, window: string, ...matchers: string[]): Query => ({
  expr: (e) => `round(sum by (${label}) (increase(${select(metric, e, ...matchers)}[${window}]))) > 0`,
  legend: `{{${label}}}`,
});

export const deploymentPipelineDashboard: Dashboard = {
  uid: dashboardUids.deploymentPipeline,
  title: "Deployment pipeline",
  description: "Whether deployments succeed, how long they take, why they fail, and what is running now.",
  rows: [
    {
      title: "Now",
      panels: [
        deploymentSuccess(
          "Success over 7 days",
          "Share of the deployments of the last 7 days that succeeded (SC-001); refused and cancelled ones do not count.",
        ),
        {
          title: "Running now",
          kind: "stat",
          unit: "count",
          shows: "Number of targets on which a deployment or rollback is running.",
          normal: "0, or the targets of one deployment.",
          worry: "It stays above 0 for more than 10 minutes.",
          queries: [{ expr: (e) => `sum(${select(metrics.deploymentInProgress, e)})`, legend: "running" }],
          event: "a deployment target is scraped",
          width: 6,
        },
        {
          ...waitingDeployments,
          title: "Waiting",
          kind: "stat",
          normal: "0 or 1.",
          worry: "More than 3: the first one does not end, or no runner may take it.",
          width: 6,
        },
        chosenRunner(6),
      ],
    },
    {
      title: "Outcome",
      panels: [
        {
          title: "Outcomes per hour",
          kind: "timeseries",
          unit: "count",
          shows: "Deployments that ended within an hour, by outcome, from the records on the targets.",
          normal: "Only succeeded.",
          worry: "rolled_back; rollback_failed is an emergency.",
          queries: [
            {
              expr: (e) => `round(sum by (outcome) (increase(${select(metrics.deploymentOutcomes, e)}[1h])))`,
              legend: "{{outcome}}",
            },
          ],
          event: "a deployment target is scraped",
          width: 12,
        },
        {
          title: "Deployment jobs by environment, per day",
          kind: "barGauge",
          unit: "count",
          shows: "Deployment jobs that ended within a day in every environment, by GitHub's conclusion.",
          normal: "Only success.",
          worry: "Failures in staging that did not stop production.",
          queries: [
            {
              expr: () =>
                `round(sum by (environment, conclusion) (increase(${metrics.githubDeploymentJobs.name}[1d]))) > 0`,
              legend: "{{environment}} · {{conclusion}}",
            },
          ],
          event: "a deployment job has ended within a day",
          width: 12,
        },
        {
          title: "Why deployments failed, 7 days",
          kind: "barGauge",
          unit: "count",
          shows: "Deployments of the last 7 days that did not succeed, by the part that failed.",
          normal: "Empty.",
          worry: "One reason is more frequent than the others: correct it first.",
          queries: [counted(metrics.deploymentFailures, "reason", "7d")],
          event: "a deployment has failed within 7 days",
          width: 8,
        },
        {
          title: "Rollbacks by reason, 7 days",
          kind: "barGauge",
          unit: "count",
          shows: "Rollbacks of the last 7 days, by the reason of the failure.",
          normal: "Empty.",
          worry: "lease_expired or interrupted: the runner dies during deployments.",
          queries: [counted(metrics.deploymentRollbacks, "reason", "7d")],
          event: "a deployment was rolled back within 7 days",
          width: 8,
        },
        {
          title: "Failed health checks by category, 7 days",
          kind: "barGauge",
          unit: "count",
          shows: "Health checks that failed after all attempts, in the last 7 days.",
          normal: "Empty, or only external.",
          worry: "The same category repeatedly.",
          queries: [counted(metrics.deploymentHealthCheckFailures, "category", "7d")],
          event: "a health check has failed within 7 days",
          width: 8,
        },
      ],
    },
    {
      title: "Time",
      panels: [
        {
          title: "Duration of deployments",
          kind: "timeseries",
          unit: "seconds",
          shows: "p50, p95 and p99 of the time from taking the lock to the end, over 6 hours.",
          normal: "p95 below 10 minutes (SC-002).",
          worry: "p95 above the line, or a p50 that rises slowly.",
          queries: [0.5, 0.95, 0.99].map((q) => quantile(q, metrics.deploymentDuration, "6h")),
          thresholds: [
            {
              value: thresholds.deploymentP95Seconds,
              worse: "above",
              tone: "warning",
              alert: "DeploymentDurationHigh",
            },
          ],
          event: "a deployment has ended within 6 hours",
          width: 12,
        },
        {
          title: "Time to diagnose and to roll back, p95",
          kind: "timeseries",
          unit: "seconds",
          shows:
            "For failed deployments of the last 7 days: time from start to diagnosis (SC-003), and duration of the rollback.",
          normal: "Diagnosis within 5 minutes; a rollback is faster than a deployment.",
          worry: "A rollback that takes as long as its deployment.",
          queries: [
            { ...quantile(0.95, metrics.deploymentDiagnosis, "7d"), legend: "diagnosis" },
            { ...quantile(0.95, metrics.deploymentRollbackDuration, "7d"), legend: "rollback" },
          ],
          event: "a deployment has failed within 7 days",
          width: 12,
        },
        {
          ...waitingDeployments,
          title: "Deployments waiting",
          kind: "timeseries",
          normal: "Short peaks.",
          worry: "A value that stays above the line.",
          width: 8,
        },
        {
          title: "Oldest queued job",
          kind: "timeseries",
          unit: "seconds",
          shows: "Age of the oldest queued job, by the labels that it needs.",
          normal: "Empty, or some seconds.",
          worry: "A rising line: no runner that is online has these labels.",
          queries: [{ expr: (e) => select(metrics.githubJobQueueOldest, e), legend: "{{labels}}" }],
          thresholds: [{ value: thresholds.queuedSeconds, worse: "above", tone: "warning", alert: "JobQueuedTooLong" }],
          event: "a job is queued",
          width: 8,
        },
        {
          title: "Queue time of deployments, p95",
          kind: "timeseries",
          unit: "seconds",
          shows: "p95 of the time that deployment jobs spent in the queue, over a day, without approvals.",
          normal: "Some seconds.",
          worry: "Minutes: there are too few runners, or they take jobs slowly.",
          queries: [{ ...quantile(0.95, metrics.githubDeploymentQueueDuration, "1d"), legend: "queue" }],
          event: "a deployment job has started within a day",
          width: 8,
        },
      ],
    },
    {
      title: "Who and what",
      panels: [
        {
          title: "Runner share of deployment jobs, 7 days",
          kind: "barGauge",
          unit: "count",
          shows: "Deployment jobs of the last 7 days, by the runner that ran them.",
          normal: "Nearly all on the primary.",
          worry: "The secondary's bar grows: failovers happen regularly.",
          queries: [counted(metrics.githubDeploymentJobs, "runner", "7d")],
          event: "a deployment job has ended within 7 days",
          width: 8,
        },
        {
          title: "Version on each target",
          kind: "table",
          unit: "count",
          shows: "The version that the last committed deployment left on each target.",
          normal: "The same version on every target.",
          worry: "Two versions in one environment.",
          queries: [{ expr: (e) => select(metrics.deploymentVersion, e), legend: "{{target}} {{version}}" }],
          event: "a deployment was committed",
          width: 8,
        },
        {
          title: "Last failure by reason",
          kind: "table",
          unit: "timestamp",
          shows: "When a deployment last failed for each reason.",
          normal: "Empty, or long ago.",
          worry: "Several reasons on one day.",
          queries: [{ expr: (e) => select(metrics.deploymentLastFailure, e), legend: "{{target}} {{reason}}" }],
          event: "a deployment has failed",
          width: 8,
        },
        {
          title: "Incidents without an issue",
          kind: "timeseries",
          unit: "count",
          shows: "Incidents that are recorded on a target and have no GitHub issue yet.",
          normal: "0; short peaks while GitHub is down.",
          worry: "A value that stays above 0: a failed deployment was not reported.",
          queries: [{ expr: (e) => select(metrics.deploymentIncidentsUnsent, e), legend: "{{target}}" }],
          thresholds: [{ value: 0, worse: "above", tone: "warning", alert: "DeploymentIncidentUnsent" }],
          event: "a deployment target is scraped",
          width: 8,
        },
        {
          title: "Parts of two versions",
          kind: "stateTimeline",
          unit: "state",
          shows: "Whether a failed rollback left parts of two versions on a target.",
          normal: "As configured.",
          worry: "Changed: stop deploying and open the runbook of DeploymentPartialState.",
          queries: [{ expr: (e) => select(metrics.deploymentPartialState, e), legend: "{{target}}" }],
          states: DRIFT,
          event: "a deployment target is scraped",
          width: 16,
        },
      ],
    },
  ],
};
