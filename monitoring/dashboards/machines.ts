import { cpuUse, diskUse, inodeUse, memoryUse } from "../alerts/views";
import { foreignMetrics as foreign } from "../metrics/foreign";
import { metrics } from "../all-metrics";
import { select } from "../select";
import { thresholds } from "../thresholds";
import type { DashboardRow } from "./dashboard";
import { UP_DOWN } from "./states";

/** Rows about the runners' machines: their resources, and the updates that they lack. */
export const machineRows: readonly DashboardRow[] = [
  {
    title: "Machines",
    panels: [
      {
        title: "CPU",
        kind: "timeseries",
        unit: "ratio",
        shows: "Share of the runner's CPU time that is in use, over 5 minutes.",
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
        shows: "Share of the runner's memory that is not available for new processes.",
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
        shows: "Share of the runner's root file system that is used: space, and inodes.",
        normal: "A flat line with small steps.",
        worry: "Above the line for 15 minutes, or rising towards it.",
        queries: [
          { expr: (e) => diskUse(e), legend: "{{runner}}" },
          { expr: (e) => inodeUse(e), legend: "{{runner}} inodes" },
        ],
        thresholds: [{ value: thresholds.diskRatio, worse: "above", tone: "warning", alert: "RunnerDegraded" }],
        event: "a runner's node exporter is scraped",
        width: 8,
      },
      {
        title: "Work folder",
        kind: "timeseries",
        unit: "bytes",
        shows: "Size of the runner's work folder.",
        normal: "It grows during a job and shrinks when the next job cleans up.",
        worry: "It only grows.",
        queries: [{ expr: (e) => select(metrics.runnerWorkFolder, e), legend: "{{runner}}" }],
        event: "a runner exporter has measured the work folder",
        width: 8,
      },
      {
        title: "Clock against GitHub",
        kind: "timeseries",
        unit: "seconds",
        shows: "Difference between the host's clock and GitHub's, in either direction.",
        normal: "Below two seconds, because GitHub's header has whole seconds.",
        worry: "Above the line; from 5 minutes on, GitHub refuses the runner's tokens.",
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
        worry: "All exporters of one runner are down: the machine has failed, not an exporter.",
        queries: [{ expr: (e) => select(foreign.up, e, 'runner!=""'), legend: "{{runner}} · {{job}}" }],
        states: UP_DOWN,
        event: "Prometheus has the targets of the environment",
        width: 8,
      },
    ],
  },
  {
    title: "Updates of the machines",
    panels: [
      {
        title: "Pending updates",
        kind: "timeseries",
        unit: "count",
        shows: "For each runner's machine: packages that an upgrade would install, security updates and others apart.",
        normal: "Some, and 0 after the machine was patched.",
        worry: "Security updates that stay for days, or a line that ends: then the updates are unknown.",
        queries: [{ expr: (e) => select(metrics.runnerUpdatesPending, e), legend: "{{runner}} · {{kind}}" }],
        event: "a runner exporter has read the package lists",
        width: 12,
      },
      {
        title: "Age of the oldest security update",
        kind: "timeseries",
        unit: "seconds",
        shows: "Time since the oldest pending security update of each machine was first seen.",
        normal: "Empty, or less than a week.",
        worry: "Above the line.",
        queries: [
          {
            expr: (e) => `time() - ${select(metrics.runnerUpdatesPendingSince, e, 'kind="security"')}`,
            legend: "{{runner}}",
          },
        ],
        thresholds: [
          {
            value: thresholds.securityUpdatePendingSeconds,
            worse: "above",
            tone: "warning",
            alert: "RunnerSecurityUpdatesPending",
          },
        ],
        event: "a security update is pending",
        width: 12,
      },
    ],
  },
];
