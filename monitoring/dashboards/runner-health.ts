import { cpuUse, diskUse, memoryUse } from "../alerts/views";
import { dashboardUids } from "../dashboard-uids";
import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { select } from "../select";
import { thresholds } from "../thresholds";
import { activeAlerts, alertsFiring } from "./shared";
import type { Dashboard } from "./dashboard";
import { BUSY_IDLE, UP_DOWN } from "./states";

export const runnerHealthDashboard: Dashboard = {
  uid: dashboardUids.runnerHealth,
  title: "GitHub runner health",
  description: "Are the runners of an environment there, do both views agree, and will it stay so?",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Runners online at GitHub",
          kind: "stat",
          unit: "count",
          shows: "How many configured runners GitHub shows online.",
          normal: "All of them.",
          worry: "It is lower than the number of configured runners; at 0 nothing is deployed.",
          queries: [{ expr: (e) => `sum(${select(metrics.githubRunnerOnline, e)})`, legend: "online" }],
          event: "the fleet exporter has polled GitHub's runners",
          width: 6,
        },
        {
          title: "Free job slots",
          kind: "stat",
          unit: "count",
          shows: "Jobs that the runners could take right now, as their hosts see it.",
          normal: "One for each runner that is idle.",
          worry: "It stays at 0 while no job runs.",
          queries: [{ expr: (e) => `sum(${select(metrics.runnerCapacity, e)})`, legend: "free" }],
          event: "a runner exporter is scraped",
          width: 6,
        },
        {
          title: "Oldest check-in",
          kind: "stat",
          unit: "seconds",
          shows: "How long ago the most silent listener last talked to GitHub, by evidence on its host.",
          normal: "About a minute: a listener polls all the time.",
          worry: "It grows steadily: a hung listener looks alive to systemd.",
          queries: [{ expr: (e) => `max(time() - ${select(metrics.runnerLastCheckin, e)})`, legend: "age" }],
          thresholds: [
            { value: thresholds.staleCheckinSeconds, worse: "above", tone: "warning", alert: "RunnerStaleCheckIn" },
          ],
          event: "a listener has talked to GitHub",
          width: 6,
        },
        alertsFiring(6),
      ],
    },
    {
      title: "Two views",
      panels: [
        {
          title: "Status: host and GitHub side by side",
          kind: "stateTimeline",
          unit: "state",
          shows: "For each runner what its own host says and what GitHub says.",
          normal: "Both lines of a runner are up.",
          worry: "The two lines of one runner differ, or a line has a gap: nobody was looking.",
          queries: [
            { expr: (e) => select(metrics.runnerStatus, e), legend: "{{runner}} · host" },
            { expr: (e) => select(metrics.githubRunnerOnline, e), legend: "{{runner}} · GitHub" },
          ],
          states: UP_DOWN,
          event: "an exporter is scraped",
          width: 12,
        },
        {
          title: "Busy: host and GitHub side by side",
          kind: "stateTimeline",
          unit: "state",
          shows: "For each runner whether a worker runs on its host and whether GitHub counts it busy.",
          normal: "Both lines of a runner change together.",
          worry: "GitHub says busy for minutes while the host is idle: a ghost, it gets no more jobs.",
          queries: [
            { expr: (e) => select(metrics.runnerBusy, e), legend: "{{runner}} · host" },
            { expr: (e) => select(metrics.githubRunnerBusy, e), legend: "{{runner}} · GitHub" },
          ],
          states: BUSY_IDLE,
          event: "an exporter is scraped",
          width: 12,
        },
        {
          title: "Check-in age",
          kind: "timeseries",
          unit: "seconds",
          shows: "Time since the last evidence on the host that the listener talked to GitHub.",
          normal: "A low saw-tooth.",
          worry: "A line climbs without falling back.",
          queries: [{ expr: (e) => `time() - ${select(metrics.runnerLastCheckin, e)}`, legend: "{{runner}}" }],
          thresholds: [
            { value: thresholds.staleCheckinSeconds, worse: "above", tone: "warning", alert: "RunnerStaleCheckIn" },
          ],
          event: "a listener has talked to GitHub",
          width: 12,
        },
        {
          title: "Jobs by result, per hour",
          kind: "timeseries",
          unit: "count",
          shows: "Jobs that ended on the runners within an hour, by result, as their hosts counted them.",
          normal: "Mostly succeeded.",
          worry: "Lost jobs: the runner died under them.",
          queries: [
            {
              expr: (e) => `round(sum by (result) (increase(${select(metrics.runnerJobs, e)}[1h])))`,
              legend: "{{result}}",
            },
          ],
          event: "a job has ended on a runner",
          width: 12,
        },
      ],
    },
    {
      title: "Machines",
      panels: [
        {
          title: "CPU",
          kind: "timeseries",
          unit: "ratio",
          shows: "Share of the runner's CPU time in use, over 5 minutes.",
          normal: "Low between jobs, high during them.",
          worry: "Above the line for 10 minutes.",
          queries: [{ expr: (e) => cpuUse(e), legend: "{{runner}}" }],
          thresholds: [{ value: thresholds.cpuRatio, worse: "above", tone: "warning", alert: "RunnerDegraded" }],
          event: "a runner's node exporter was scraped for a minute",
          width: 8,
        },
        {
          title: "Memory",
          kind: "timeseries",
          unit: "ratio",
          shows: "Share of the runner's memory that is not available to new work.",
          normal: "Well below the line, also during jobs.",
          worry: "Above the line for 10 minutes: the next job may be killed.",
          queries: [{ expr: (e) => memoryUse(e), legend: "{{runner}}" }],
          thresholds: [{ value: thresholds.memoryRatio, worse: "above", tone: "warning", alert: "RunnerDegraded" }],
          event: "a runner's node exporter is scraped",
          width: 8,
        },
        {
          title: "Disk",
          kind: "timeseries",
          unit: "ratio",
          shows: "Share of the runner's root file system that is used.",
          normal: "A flat line with small steps.",
          worry: "Above the line for 15 minutes, or on its way there.",
          queries: [{ expr: (e) => diskUse(e), legend: "{{runner}}" }],
          thresholds: [{ value: thresholds.diskRatio, worse: "above", tone: "warning", alert: "RunnerDegraded" }],
          event: "a runner's node exporter is scraped",
          width: 8,
        },
        {
          title: "Work folder",
          kind: "timeseries",
          unit: "bytes",
          shows: "Size of the runner's work folder.",
          normal: "It grows during a job and falls back when the next one cleans up.",
          worry: "It only grows.",
          queries: [{ expr: (e) => select(metrics.runnerWorkFolder, e), legend: "{{runner}}" }],
          event: "a runner exporter has walked the work folder",
          width: 8,
        },
        {
          title: "Clock against GitHub",
          kind: "timeseries",
          unit: "seconds",
          shows: "How far the host's clock is from GitHub's, in either direction.",
          normal: "Below two seconds: GitHub's header has whole seconds.",
          worry: "Above the line; from 5 minutes on GitHub refuses the runner's tokens.",
          queries: [{ expr: (e) => `abs(${select(metrics.runnerClockOffset, e)})`, legend: "{{runner}}" }],
          thresholds: [{ value: thresholds.clockSkewSeconds, worse: "above", tone: "warning", alert: "ClockSkew" }],
          event: "a runner's host had an answer from GitHub",
          width: 8,
        },
        {
          title: "Exporters answer",
          kind: "stateTimeline",
          unit: "state",
          shows: "Whether Prometheus could scrape the exporters of each runner.",
          normal: "Up without gaps.",
          worry: "All exporters of one runner are down: the machine, not the exporter.",
          queries: [{ expr: (e) => select(foreign.up, e, 'runner!=""'), legend: "{{runner}} · {{job}}" }],
          states: UP_DOWN,
          event: "Prometheus has the targets of the environment",
          width: 8,
        },
      ],
    },
    {
      title: "Version and registration",
      panels: [
        {
          title: "Time until GitHub's version deadline",
          kind: "barGauge",
          unit: "seconds",
          shows:
            "Time until GitHub gives this runner's version no more jobs; runners without a deadline are not shown.",
          normal: "More than two weeks, or nothing.",
          worry: "Less than a week.",
          queries: [
            {
              expr: (e) => `${select(metrics.githubRunnerVersionDeadline, e)} - time()`,
              legend: "{{runner}}",
            },
          ],
          thresholds: [
            {
              value: thresholds.versionDeadlineSeconds.warning,
              worse: "below",
              tone: "warning",
              alert: "RunnerVersionDeadline",
            },
            {
              value: thresholds.versionDeadlineSeconds.critical,
              worse: "below",
              tone: "critical",
              alert: "RunnerVersionDeadline",
            },
          ],
          event: "GitHub announces a deadline for a version in use",
          width: 8,
        },
        {
          title: "Versions and labels",
          kind: "table",
          unit: "count",
          shows:
            "Each runner's version at GitHub; the value is the number of labels that differ from the configuration.",
          normal: "The same version everywhere, no differing label.",
          worry: "A number above 0: jobs may miss the runner or reach it wrongly.",
          queries: [
            {
              expr: (e) =>
                `${select(metrics.githubRunnerVersion, e)} * on (runner, role) group_left () ${select(metrics.githubRunnerLabelDrift, e)}`,
              legend: "{{runner}} {{role}} {{version}}",
            },
          ],
          event: "the fleet exporter has polled GitHub's runners",
          width: 8,
        },
        activeAlerts(8),
      ],
    },
  ],
};
