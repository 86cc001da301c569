import { alpha, beta, gamma, type Labels, type RuleCase, sample } from "../case";

const online = (labels: Labels, values: string) => sample("githubRunnerOnline", labels, values);
const status = (labels: Labels, values: string) => sample("runnerStatus", labels, values);
const up = (job: string, labels: Labels, values: string) => sample("up", { job, ...labels }, values);
const exporters = (labels: Labels, values: string) => [
  up("ghrunners-node", labels, values),
  up("ghrunners-runner", labels, values),
];
const disk = { ...alpha, mountpoint: "/" };

export const runnerCases: readonly RuleCase[] = [
  {
    alert: "RunnerHostDown",
    rule: { severity: "critical" },
    fires: [...exporters(alpha, "0x5 1x20"), online(alpha, "0x5 1x20"), ...exporters(beta, "1x30")],
    at: "3m",
    labels: alpha,
    says: "No exporter of alpha has answered for 2 minutes (up = 0), and GitHub does not show it online. The machine is off, frozen or disconnected.",
    ends: "7m",
    // Only the way between the monitoring host and the machine is cut: the runner works.
    quiet: [...exporters(alpha, "0x30"), online(alpha, "1x30")],
  },
  {
    alert: "RunnerHostDown",
    rule: { severity: "warning" },
    fires: exporters(beta, "0x8 1x20"),
    at: "6m",
    labels: beta,
    says: "No exporter of beta has answered for 5 minutes (up = 0), and GitHub does not show it online. The machine is off, frozen or disconnected.",
    ends: "10m",
    // One exporter of two is down: the machine answers.
    quiet: [up("ghrunners-node", beta, "1x30"), up("ghrunners-runner", beta, "0x30"), online(beta, "0x30")],
  },
  {
    alert: "RunnerHostDown",
    rule: { severity: "warning", role: "delivery" },
    fires: [...exporters(gamma, "0x12 1x20"), ...exporters(beta, "1x40")],
    at: "11m",
    labels: gamma,
    says: "No exporter of gamma has answered for 10 minutes (up = 0), and GitHub does not show it online. Workflows that preview and deliver the stacks wait; deployments of the application do not.",
    ends: "14m",
    quiet: [...exporters(gamma, "0x30"), online(gamma, "1x30")],
  },
  {
    alert: "BothRunnersOffline",
    // The delivery runner takes no deployment: that it is online helps nothing.
    fires: [online(alpha, "0x5 1x20"), online(beta, "0x20"), status(beta, "0x20"), online(gamma, "1x30")],
    at: "3m",
    labels: {},
    says: "All 2 runners of production have been offline for 2 minutes. Nothing can be deployed.",
    ends: "7m",
    // Nor does it matter that it is offline.
    quiet: [online(alpha, "1x20"), online(beta, "0x20"), status(beta, "0x20"), online(gamma, "0x30")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "host_up_github_offline" },
    fires: [status(alpha, "1x30"), online(alpha, "0x7 1x20")],
    at: "6m",
    labels: alpha,
    says: "For 5 minutes, the host of alpha has reported its listener connected, but GitHub shows the runner offline (online = 0). It gets no jobs.",
    ends: "9m",
    quiet: [status(alpha, "0x30"), online(alpha, "0x30"), status(beta, "1x30"), online(beta, "1x30")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "host_down_github_online" },
    fires: [status(beta, "0x7 1x20"), online(beta, "1x30")],
    at: "6m",
    labels: beta,
    says: "For 5 minutes, GitHub has shown beta online, but its host reports that it is not connected (status = 0). Jobs that are assigned to it wait.",
    ends: "9m",
    quiet: [online(beta, "1x30"), status(alpha, "0x30")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "not_registered" },
    fires: [status(alpha, "1x30"), sample("githubRunnerRegistered", alpha, "0x7 1x20")],
    at: "6m",
    labels: alpha,
    says: "For 5 minutes, the host of alpha has reported its listener connected, but GitHub has no runner of that name (registered = 0).",
    ends: "9m",
    quiet: [status(alpha, "0x30"), sample("githubRunnerRegistered", alpha, "0x30")],
  },
  {
    alert: "GhostBusy",
    fires: [
      sample("githubRunnerBusy", alpha, "1x12 0x20"),
      sample("githubRunnerJobsInProgress", alpha, "0x40"),
      sample("githubRunnerBusy", beta, "1x40"),
      sample("githubRunnerJobsInProgress", beta, "1x40"),
    ],
    at: "11m",
    labels: alpha,
    says: "For 10 minutes, GitHub has shown alpha busy (busy = 1) but has no job in progress on it. The runner gets no new jobs.",
    ends: "14m",
    quiet: [sample("githubRunnerBusy", beta, "1x40"), sample("githubRunnerJobsInProgress", beta, "1x40")],
  },
  {
    alert: "RunnerStaleCheckIn",
    fires: [sample("runnerLastCheckin", alpha, "0x20 1260x40")],
    at: "15m",
    labels: alpha,
    says: "The listener of alpha last communicated with GitHub 15m 0s ago, more than 10 minutes.",
    ends: "22m",
    quiet: [sample("runnerLastCheckin", alpha, "0+60x40")],
  },
  {
    alert: "RunnerLogIgnored",
    fires: [sample("runnerLogIgnored", { ...alpha, reason: "no_file" }, "0x4 0+12x5 60x40")],
    at: "9m",
    labels: alpha,
    says: "The exporter of alpha ignored files or lines in the runner's log folder (about 48 in 15 minutes). A job wrote them, or a clock was ahead. The counts of jobs may be wrong; the choice of the next runner does not depend on them.",
    ends: "30m",
    quiet: [sample("runnerLogIgnored", { ...alpha, reason: "no_file" }, "7x40")],
  },
  {
    alert: "ClockSkew",
    // Behind as well as ahead.
    fires: [sample("runnerClockOffset", alpha, "-90x7 0x20"), sample("runnerClockOffset", beta, "2x40")],
    at: "6m",
    labels: alpha,
    says: "The clock of alpha has been wrong for 5 minutes; it differs from GitHub's by 1m 30s. If the difference reaches 5 minutes, GitHub refuses the runner's tokens.",
    ends: "9m",
    quiet: [sample("runnerClockOffset", alpha, "60x40")],
  },
  {
    alert: "DiskWillFill",
    // 1 of 500 units a minute: 230 are left at 60 minutes, full in four hours; then it stops and is cleared.
    fires: [sample("filesystemAvailable", disk, "200-1x100 450x600"), sample("filesystemSize", disk, "500x800")],
    at: "60m",
    labels: alpha,
    says: "The root file system of alpha is 72% full. At the rate of the last 6 hours, it will be full within 24 hours.",
    ends: "110m",
    // Just as fast, but the disk is nearly empty.
    quiet: [sample("filesystemAvailable", disk, "450-1x100"), sample("filesystemSize", disk, "500x800")],
  },
];
