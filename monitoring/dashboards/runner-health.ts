import { dashboardUids } from "../dashboard-uids";
import { metrics } from "../all-metrics";
import { select } from "../select";
import { thresholds } from "../thresholds";
import { activeAlerts, alertsFiring, quantile } from "./shared";
import type { Dashboard } from "./dashboard";
import { machineRows } from "./machines";
import { BUSY_IDLE, UP_DOWN } from "./states";

export const runnerHealthDashboard: Dashboard = {
  uid: dashboardUids.runnerHealth,
  title: "GitHub runner health",
  description: "Whether the runners of an environment work, whether both views agree, and whether problems are coming.",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Runners online at GitHub",
          kind: "stat",
          unit: "count",
          shows: "Number of configured runners that GitHub shows online.",
          normal: "All of them.",
          worry: "It is lower than the number of configured runners; at 0, nothing can be deployed.",
          queries: [{ expr: (e) => `sum(${select(metrics.githubRunnerOnline, e)})`, legend: "online" }],
          event: "the fleet exporter has polled GitHub's runners",
          width: 6,
        },
        {
          title: "Free job slots",
          kind: "stat",
          unit: "count",
          shows: "Number of jobs that the runners could take now, according to their hosts.",
          normal: "One for each idle runner.",
          worry: "It stays at 0 while no job runs.",
          queries: [{ expr: (e) => `sum(${select(metrics.runnerCapacity, e)})`, legend: "free" }],
          event: "a runner exporter is scraped",
          width: 6,
        },
        {
          title: "Oldest check-in",
          kind: "stat",
          unit: "seconds",
          shows: "Of all listeners, the longest time since one communicated with GitHub, as seen on its host.",
          normal: "About a minute, because a listener polls continuously.",
          worry: "It grows steadily: the listener hangs, which systemd does not notice.",
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
          shows: "For each runner: the status according to its host and according to GitHub.",
          normal: "Both lines of each runner are up.",
          worry: "The two lines of one runner differ, or a line has a gap, which means that data is missing.",
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
          shows: "For each runner: whether a worker process runs on its host, and whether GitHub shows it busy.",
          normal: "Both lines of a runner change together.",
          worry: "GitHub shows the runner busy for minutes while the host is idle (ghost-busy): it gets no more jobs.",
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
          shows: "Time since the listener last communicated with GitHub, as seen on the host.",
          normal: "A low saw-tooth.",
          worry: "A line rises without falling again.",
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
          shows: "Jobs that ended on the runners within an hour, by result, as counted by their hosts.",
          normal: "Mostly succeeded.",
          worry: "Lost jobs: the runner died while they were running.",
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
      title: "Waiting jobs",
      panels: [
        {
          title: "Waiting time of jobs",
          kind: "timeseries",
          unit: "seconds",
          shows: "p50 and p95 of the time that jobs spent in the queue, over a day, without approvals.",
          normal: "Some seconds.",
          worry: "A p95 of minutes: there are too few runners. A p50 of minutes: the runners take jobs slowly.",
          queries: [0.5, 0.95].map((q) => quantile(q, metrics.githubJobQueueDuration, "1d")),
          event: "a job has started on a configured runner within a day",
          width: 12,
        },
        {
          title: "Jobs that wait although a runner is idle",
          kind: "timeseries",
          unit: "count",
          shows: "Jobs queued for more than a minute although an idle runner has their labels, by these labels.",
          normal: "0.",
          worry: "It stays above 0: GitHub gives the runner no jobs, or its listener takes none.",
          queries: [{ expr: (e) => select(metrics.githubJobsQueuedDespiteIdle, e), legend: "{{labels}}" }],
          thresholds: [{ value: 0, worse: "above", tone: "warning", alert: "QueuedWhileEligibleIdle" }],
          event: "the fleet exporter has polled GitHub's jobs",
          width: 12,
        },
      ],
    },
    ...machineRows,
    {
      title: "Version and registration",
      panels: [
        {
          title: "Time until GitHub's version deadline",
          kind: "barGauge",
          unit: "seconds",
          shows:
            "Time after which GitHub gives no more jobs to this runner's version; runners without a deadline are not shown.",
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
          worry: "A number above 0: jobs may not reach the runner, or the wrong jobs may.",
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
