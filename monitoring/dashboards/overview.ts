import { dashboardUids } from "../dashboard-uids";
import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { recordings } from "../recordings";
import { select } from "../select";
import { thresholds } from "../thresholds";
import type { Dashboard } from "./dashboard";
import { activeAlerts, alertsFiring, chosenRunner, deploymentSuccess } from "./shared";
import { DRIFT, UP_DOWN } from "./states";

export const overviewDashboard: Dashboard = {
  uid: dashboardUids.overview,
  title: "SRE overview",
  description:
    "The success criteria as numbers, the alerts that fire, the runner that deploys next, and whether monitoring works.",
  rows: [
    {
      title: "Success criteria",
      panels: [
        deploymentSuccess(
          "SC-001 · Deployments that succeed",
          "Share of the deployments of the last 7 days that succeeded; objective 95 %.",
        ),
        {
          title: "SC-002 · Duration, p95",
          kind: "stat",
          unit: "seconds",
          shows: "95th percentile of deployment durations over 7 days; objective 10 minutes.",
          normal: "Below 10 minutes.",
          worry: "Above 10 minutes.",
          queries: [{ expr: (e) => select(recordings.durationP95, e), legend: "p95" }],
          thresholds: [
            {
              value: thresholds.deploymentP95Seconds,
              worse: "above",
              tone: "warning",
              alert: "DeploymentDurationHigh",
            },
          ],
          event: "a deployment has ended within 7 days",
          width: 6,
        },
        {
          title: "SC-003 · Diagnosed within 5 minutes",
          kind: "stat",
          unit: "ratio",
          shows:
            "Share of the failed deployments of the last 7 days whose diagnosis was recorded within 5 minutes of their start.",
          normal: "100 %, or no failed deployment.",
          worry: "Anything less: the cause of a failure was not recorded in time.",
          queries: [{ expr: (e) => select(recordings.diagnosedInTime, e), legend: "in time" }],
          thresholds: [{ value: 1, worse: "below", tone: "warning" }],
          event: "a deployment has failed within 7 days",
          width: 6,
        },
        alertsFiring(6),
      ],
    },
    {
      title: "Who deploys next",
      panels: [
        chosenRunner(8),
        {
          title: "Runners that may deploy",
          kind: "stateTimeline",
          unit: "state",
          shows: "For each runner: whether it is healthy in both views and allowed to deploy.",
          normal: "Both are up.",
          worry: "One is down: no failover. Both are down: deployments are refused.",
          queries: [{ expr: (e) => select(metrics.deploymentRunnerAuthorised, e), legend: "{{runner}} · {{role}}" }],
          states: UP_DOWN,
          event: "the failover switch checks the runners",
          width: 8,
        },
        {
          title: "Failovers per day",
          kind: "timeseries",
          unit: "count",
          shows: "Changes from the primary to a secondary within 24 hours.",
          normal: "0.",
          worry: "Above the line: the primary keeps failing and recovering.",
          queries: [
            {
              expr: (e) => `round(sum(increase(${select(metrics.deploymentFailovers, e)}[24h])))`,
              legend: "failovers",
            },
          ],
          thresholds: [
            { value: thresholds.failoversPerDay, worse: "above", tone: "warning", alert: "FailoverFrequency" },
          ],
          event: "the failover switch checks the runners",
          width: 8,
        },
      ],
    },
    {
      title: "Repository",
      panels: [
        {
          title: "Time until a secret is due",
          kind: "barGauge",
          unit: "seconds",
          shows: "Time until each configured secret must be rotated.",
          normal: "More than a week.",
          worry: "Less than a week; below 0, the secret is overdue.",
          queries: [
            {
              expr: (e) =>
                `${select(metrics.githubSecretUpdated, e)} + ${select(metrics.githubSecretRotation, e)} - time()`,
              legend: "{{secret}}",
            },
          ],
          thresholds: [
            { value: thresholds.secretWarningSeconds, worse: "below", tone: "warning", alert: "SecretRotationDue" },
          ],
          event: "the configuration has secrets",
          width: 8,
        },
        {
          title: "Protection of the GitHub environment",
          kind: "stateTimeline",
          unit: "state",
          shows: "Whether each protection setting is as configured.",
          normal: "As configured.",
          worry: "Changed: a person or job that should not deploy may be able to.",
          queries: [{ expr: (e) => select(metrics.githubProtectionDrift, e), legend: "{{setting}}" }],
          states: DRIFT,
          event: "the configuration has a GitHub environment",
          width: 8,
        },
        {
          title: "Unknown runners",
          kind: "stat",
          unit: "count",
          shows: "Runners that are registered at the repository but not in the configuration.",
          normal: "0.",
          worry: "Any other value: an unknown machine may receive jobs and secrets.",
          queries: [{ expr: (e) => `max(${select(metrics.githubRunnersUnknown, e)})`, legend: "unknown" }],
          thresholds: [{ value: 0, worse: "above", tone: "warning", alert: "UnknownRunnerRegistered" }],
          event: "the fleet exporter has polled GitHub's runners",
          width: 4,
        },
        {
          title: "Repository public",
          kind: "stat",
          unit: "state",
          shows: "Whether the repository with production runners is public.",
          normal: "No.",
          worry: "Yes: code from outside may run on the runners.",
          queries: [{ expr: (e) => `max(${select(metrics.githubRepositoryPublic, e)})`, legend: "public" }],
          states: [
            { value: 0, text: "no", tone: "good" },
            { value: 1, text: "yes", tone: "bad" },
          ],
          event: "the fleet exporter has polled the repository",
          width: 4,
        },
      ],
    },
    {
      title: "Is anybody looking",
      panels: [
        {
          title: "Exporters",
          kind: "stateTimeline",
          unit: "state",
          shows: "Whether Prometheus could scrape each exporter of the environment.",
          normal: "Up without gaps.",
          worry: "A line is down or ends: the other panels with data of this exporter are out of date.",
          queries: [{ expr: (e) => select(foreign.up, e), legend: "{{job}} {{runner}}{{target}}" }],
          states: UP_DOWN,
          event: "Prometheus has the targets of the environment",
          width: 12,
        },
        {
          title: "Age of GitHub's view",
          kind: "timeseries",
          unit: "seconds",
          shows: "Time since the fleet exporter's last answer from each endpoint.",
          normal: "Below two minutes.",
          worry: "Above the line: GitHub is down or the token is refused.",
          queries: [{ expr: (e) => `time() - ${select(metrics.githubPollTimestamp, e)}`, legend: "{{endpoint}}" }],
          thresholds: [
            { value: thresholds.pollAgeSeconds, worse: "above", tone: "warning", alert: "FleetExporterStale" },
          ],
          event: "the fleet exporter has polled GitHub",
          width: 6,
        },
        {
          title: "GitHub's rate limit left",
          kind: "timeseries",
          unit: "ratio",
          shows: "Share of this hour's requests that the exporter's token has left.",
          normal: "Above 90 %: most polls are answered with 304, which does not count.",
          worry: "Below the line: something else uses the token.",
          queries: [
            {
              expr: (e) => `${select(metrics.githubRateLimitRemaining, e)} / ${select(metrics.githubRateLimit, e)}`,
              legend: "left",
            },
          ],
          thresholds: [
            {
              value: thresholds.rateLimitRemainingRatio,
              worse: "below",
              tone: "warning",
              alert: "GitHubRateLimitLow",
            },
          ],
          event: "the fleet exporter has polled GitHub",
          width: 6,
        },
        activeAlerts(24),
      ],
    },
  ],
};
