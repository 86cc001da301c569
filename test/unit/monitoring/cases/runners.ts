import { alpha, beta, type Labels, type RuleCase, sample } from "../case";

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
    says: "No exporter of alpha answers for 2 minutes (up = 0) and GitHub does not show it online: the machine is off, frozen or cut off.",
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
    says: "No exporter of beta answers for 5 minutes (up = 0) and GitHub does not show it online: the machine is off, frozen or cut off.",
    ends: "10m",
    // One exporter of two is down: the machine answers.
    quiet: [up("ghrunners-node", beta, "1x30"), up("ghrunners-runner", beta, "0x30"), online(beta, "0x30")],
  },
  {
    alert: "BothRunnersOffline",
    fires: [online(alpha, "0x5 1x20"), online(beta, "0x20"), status(beta, "0x20")],
    at: "3m",
    labels: {},
    says: "All 2 runners of production are offline for 2 minutes: nothing can be deployed.",
    ends: "7m",
    quiet: [online(alpha, "1x20"), online(beta, "0x20"), status(beta, "0x20")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "host_up_github_offline" },
    fires: [status(alpha, "1x30"), online(alpha, "0x7 1x20")],
    at: "6m",
    labels: alpha,
    says: "The host of alpha says that its listener is connected, GitHub shows it offline (online = 0) for 5 minutes: it gets no jobs.",
    ends: "9m",
    quiet: [status(alpha, "0x30"), online(alpha, "0x30"), status(beta, "1x30"), online(beta, "1x30")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "host_down_github_online" },
    fires: [status(beta, "0x7 1x20"), online(beta, "1x30")],
    at: "6m",
    labels: beta,
    says: "GitHub shows beta online, its host says that it is not connected (status = 0) for 5 minutes: jobs sent to it wait.",
    ends: "9m",
    quiet: [online(beta, "1x30"), status(alpha, "0x30")],
  },
  {
    alert: "StatusDisagreement",
    rule: { reason: "not_registered" },
    fires: [status(alpha, "1x30"), sample("githubRunnerRegistered", alpha, "0x7 1x20")],
    at: "6m",
    labels: alpha,
    says: "The host of alpha says that its listener is connected, GitHub knows no runner of that name (registered = 0) for 5 minutes.",
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
    says: "GitHub shows alpha busy for 10 minutes (busy = 1) and has no job in progress on it: it takes no new ones.",
    ends: "14m",
    quiet: [sample("githubRunnerBusy", beta, "1x40"), sample("githubRunnerJobsInProgress", beta, "1x40")],
  },
  {
    alert: "RunnerStaleCheckIn",
    fires: [sample("runnerLastCheckin", alpha, "0x20 1260x40")],
    at: "15m",
    labels: alpha,
    says: "The last evidence that the listener of alpha talked to GitHub is 15m 0s old, more than 10 minutes.",
    ends: "22m",
    quiet: [sample("runnerLastCheckin", alpha, "0+60x40")],
  },
  {
    alert: "RunnerLogIgnored",
    fires: [sample("runnerLogIgnored", { ...alpha, reason: "no_file" }, "0x4 0+12x5 60x40")],
    at: "9m",
    labels: alpha,
    says: "The exporter of alpha left out files or lines of the runner's log folder (about 48 in 15 minutes): a job put them there, or a clock was ahead. Counts of jobs may be wrong; who deploys next does not depend on them.",
    ends: "30m",
    quiet: [sample("runnerLogIgnored", { ...alpha, reason: "no_file" }, "7x40")],
  },
  {
    alert: "ClockSkew",
    // Behind as well as ahead.
    fires: [sample("runnerClockOffset", alpha, "-90x7 0x20"), sample("runnerClockOffset", beta, "2x40")],
    at: "6m",
    labels: alpha,
    says: "The clock of alpha differs from GitHub's by 1m 30s for 5 minutes; from 5 minutes on GitHub refuses its tokens.",
    ends: "9m",
    quiet: [sample("runnerClockOffset", alpha, "60x40")],
  },
  {
    alert: "DiskWillFill",
    // 1 of 500 units a minute: 230 are left at 60 minutes, full in four hours; then it stops and is cleared.
    fires: [sample("filesystemAvailable", disk, "200-1x100 450x600"), sample("filesystemSize", disk, "500x800")],
    at: "60m",
    labels: alpha,
    says: "The root file system of alpha is 72% full and, at the pace of the last 6 hours, full within 24 hours.",
    ends: "110m",
    // Just as fast, but the disk is nearly empty.
    quiet: [sample("filesystemAvailable", disk, "450-1x100"), sample("filesystemSize", disk, "500x800")],
  },
];
