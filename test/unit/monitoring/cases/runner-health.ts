import { alpha, app, beta, gamma, histogram, type RuleCase, sample } from "../case";

const online = (labels: typeof alpha, values: string) => sample("githubRunnerOnline", labels, values);
const status = (labels: typeof alpha, values: string) => sample("runnerStatus", labels, values);

/** Seconds of one processor, by what it did. */
const processor = (labels: typeof alpha, idle: string, user: string) => [
  sample("cpuSeconds", { ...labels, mode: "idle", cpu: "0" }, idle),
  sample("cpuSeconds", { ...labels, mode: "user", cpu: "0" }, user),
];
const root = { mountpoint: "/", fstype: "ext4" };

export const runnerHealthCases: readonly RuleCase[] = [
  {
    alert: "RunnerOffline",
    rule: { severity: "critical" },
    // The machine lost its power: its own view ends, GitHub's says offline, and both come back.
    fires: [status(alpha, "1 stale _x7 1x20"), online(alpha, "1 0x8 1x20"), online(beta, "1x30")],
    at: "6m",
    labels: alpha,
    says: "For 5 minutes, the host view or GitHub has reported the primary runner alpha of production offline (state 0), and the other view has not contradicted. Deployments fail over or wait.",
    ends: "10m",
    // GitHub calls a working runner offline: the views disagree, which is another alert.
    quiet: [status(alpha, "1x30"), online(alpha, "0x30")],
  },
  {
    alert: "RunnerOffline",
    rule: { severity: "warning" },
    // GitHub is down as well: the host's view alone is enough.
    fires: [status(beta, "0x12 1x20")],
    at: "11m",
    labels: beta,
    says: "For 10 minutes, the host view or GitHub has reported the secondary runner beta of production offline (state 0), and the other view has not contradicted. It cannot take over from the primary.",
    ends: "14m",
    quiet: [status(beta, "0x8 1x20"), online(beta, "0x8 1x20")],
  },
  {
    alert: "RunnerOffline",
    rule: { severity: "warning", role: "delivery" },
    fires: [status(gamma, "0x12 1x20"), online(gamma, "0x12 1x20"), status(beta, "1x40")],
    at: "11m",
    labels: gamma,
    says: "For 10 minutes, the host view or GitHub has reported the delivery runner gamma of production offline (state 0), and the other view has not contradicted. Workflows that preview and deliver the stacks wait; deployments of the application do not.",
    ends: "14m",
    quiet: [status(gamma, "0x8 1x20"), online(gamma, "0x8 1x20")],
  },
  {
    alert: "RunnerStatusMissing",
    fires: [status(alpha, "_x12 1x20"), status(beta, "1x40"), status(gamma, "1x40")],
    at: "11m",
    labels: alpha,
    says: "Prometheus has had no runner_status of alpha (primary) for 10 minutes (series missing: 1): its exporter is not scraped or does not know the status.",
    ends: "14m",
    quiet: [status(alpha, "0x40"), status(beta, "1x40"), status(gamma, "1x40")],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "cpu" },
    // 3 of 60 seconds idle, then 45 of 60.
    fires: processor(alpha, "0+3x20 105+45x20", "0+57x20 1155+15x20"),
    at: "12m",
    labels: alpha,
    says: "CPU use of alpha has been above 90 % for 10 minutes (now 95%). Jobs slow down and may time out.",
    ends: "27m",
    quiet: [...processor(alpha, "0+9x40", "0+51x40"), ...processor(beta, "0+50x40", "0+10x40")],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "memory" },
    fires: [sample("memoryAvailable", beta, "1000x12 4000x20"), sample("memoryTotal", beta, "8000x40")],
    at: "11m",
    labels: beta,
    says: "Memory use of beta has been above 85 % for 10 minutes (now 87.5%). The next job may be killed.",
    ends: "14m",
    quiet: [sample("memoryAvailable", beta, "1200x40"), sample("memoryTotal", beta, "8000x40")],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "disk" },
    fires: [
      sample("filesystemAvailable", { ...alpha, ...root }, "5x17 50x20"),
      sample("filesystemSize", { ...alpha, ...root }, "50x40"),
    ],
    at: "16m",
    labels: alpha,
    says: "The root file system of alpha has been more than 85 % full for 15 minutes (now 90%). Every job fails when the disk is full.",
    ends: "19m",
    quiet: [
      sample("filesystemAvailable", { ...alpha, ...root }, "10x40"),
      sample("filesystemSize", { ...alpha, ...root }, "50x40"),
      sample("filesystemAvailable", { ...alpha, mountpoint: "/boot" }, "1x40"),
      sample("filesystemSize", { ...alpha, mountpoint: "/boot" }, "50x40"),
    ],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "inodes" },
    fires: [
      sample("filesystemFilesFree", { ...alpha, ...root }, "5x17 50x20"),
      sample("filesystemFiles", { ...alpha, ...root }, "50x40"),
    ],
    at: "16m",
    labels: alpha,
    says: "More than 85 % of the inodes of the root file system of alpha have been used for 15 minutes (now 90%). Every job fails when none is left, although the disk has space.",
    ends: "19m",
    // Btrfs has no fixed number of inodes: the node exporter shows 0 of 0.
    quiet: [
      sample("filesystemFilesFree", { ...alpha, ...root }, "10x40"),
      sample("filesystemFiles", { ...alpha, ...root }, "50x40"),
      sample("filesystemFilesFree", { ...beta, ...root }, "0x40"),
      sample("filesystemFiles", { ...beta, ...root }, "0x40"),
    ],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "work_folder" },
    fires: [
      sample("runnerJobFolderUsable", { ...alpha, folder: "_diag" }, "1x40"),
      sample("runnerJobFolderUsable", { ...alpha, folder: "_work" }, "1 0x4 1x20"),
    ],
    at: "4m",
    labels: { ...alpha, folder: "_work" },
    says: "For 2 minutes, the user of jobs has not been able to write to the folder _work of alpha (usable: 0). No job can start there.",
    ends: "7m",
    // A job that closes its folder for a moment, and an exporter that does not know.
    quiet: [
      sample("runnerJobFolderUsable", { ...alpha, folder: "_work" }, "1 1 0 1x20"),
      sample("runnerJobFolderUsable", { ...beta, folder: "_work" }, "1 stale _x20"),
    ],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "ssh" },
    fires: [sample("runnerSshActive", beta, "1 0x8 1x20")],
    at: "7m",
    labels: beta,
    says: "For 5 minutes, neither the SSH server of beta nor its socket has been active (active: 0). Jobs still run, but no update, and nobody can repair the machine.",
    ends: "11m",
    quiet: [sample("runnerSshActive", beta, "1 0x4 1x20"), sample("runnerSshActive", alpha, "1x40")],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "failed_jobs" },
    fires: [
      sample("githubDeploymentJobsFailedInRow", alpha, "0 1 2 3 4x4 0x20"),
      sample("githubRunnerSuspect", alpha, "0 0 0 1 1x4 0x20"),
      sample("githubDeploymentJobsFailedInRow", beta, "0x40"),
      sample("githubRunnerSuspect", beta, "0x40"),
    ],
    at: "5m",
    labels: alpha,
    says: "The last 4 deployment jobs on alpha failed, and not those of another runner of production. Deployments use it only if no other runner is healthy.",
    ends: "9m",
    // A broken release: it fails on both.
    quiet: [alpha, beta].flatMap((runner) => [
      sample("githubDeploymentJobsFailedInRow", runner, "0+1x40"),
      sample("githubRunnerSuspect", runner, "0x40"),
    ]),
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "sudo" },
    fires: [sample("runnerSudoUsable", beta, "1 0x8 1x20")],
    at: "7m",
    labels: beta,
    says: "For 5 minutes, sudo on beta has refused the login of Pulumi and ghrunners (usable: 0). Jobs still run, but no update, and nobody can repair the machine.",
    ends: "11m",
    quiet: [sample("runnerSudoUsable", beta, "1 0x4 1x20"), sample("runnerSudoUsable", alpha, "1x40")],
  },
  {
    alert: "RunnerDegraded",
    rule: { reason: "version" },
    fires: [sample("githubRunnerVersionBehind", alpha, "691200x17 0x20")],
    at: "16m",
    labels: alpha,
    says: "A newer runner version than that of alpha has been available for 8d 0h 0m 0s, more than 7 days.",
    ends: "19m",
    quiet: [sample("githubRunnerVersionBehind", alpha, "604800x40")],
  },
  {
    alert: "RunnerResourcesMissing",
    fires: [
      sample("memoryAvailable", alpha, "1x40"),
      sample("memoryAvailable", beta, "_x12 1x20"),
      sample("memoryAvailable", gamma, "1x40"),
    ],
    at: "11m",
    labels: beta,
    says: "Prometheus has had no metrics from the node exporter of beta (secondary) for 10 minutes (series missing: 1). Meanwhile RunnerDegraded cannot fire.",
    ends: "14m",
    quiet: [alpha, beta, gamma].map((runner) => sample("memoryAvailable", runner, "1x40")),
  },
  {
    alert: "DeploymentFailure",
    // GitHub counts four failures, three of which reached the target: the larger number is told, not the sum.
    fires: [
      sample("deploymentOutcomes", { ...app, outcome: "rolled_back" }, "0x9 1x9 2x9 3x200"),
      sample("githubDeploymentJobs", { ...alpha, conclusion: "failure" }, "0x9 1x9 2x9 3x9 4x200"),
    ],
    at: "60m",
    labels: {},
    says: "4 deployments to production failed within the last hour; the limit is 3.",
    ends: "130m",
    quiet: [
      sample("deploymentOutcomes", { ...app, outcome: "rolled_back" }, "0x9 1x9 2x9 3x200"),
      sample("deploymentOutcomes", { ...app, outcome: "succeeded" }, "0+1x200"),
      sample("deploymentOutcomes", { ...app, outcome: "refused" }, "0+1x200"),
      sample("githubDeploymentJobs", { ...alpha, conclusion: "success" }, "0+1x200"),
      sample("githubDeploymentJobs", { ...alpha, conclusion: "cancelled" }, "0+1x200"),
    ],
  },
  {
    alert: "DeploymentOutcomesMissing",
    fires: [sample("deploymentOutcomes", { ...app, outcome: "succeeded" }, "_x17 0x20")],
    at: "16m",
    labels: app,
    says: "Prometheus has had no deployment outcomes from target app for 15 minutes (series missing: 1). Meanwhile DeploymentFailure cannot fire.",
    ends: "20m",
    quiet: [sample("deploymentOutcomes", { ...app, outcome: "succeeded" }, "0x40")],
  },
  {
    alert: "DeploymentDurationHigh",
    fires: histogram("deploymentDuration", { ...app, outcome: "succeeded" }, 900, "0x9 10x800"),
    at: "20m",
    labels: {},
    says: "The 95th percentile of deployment durations over 6 hours is 14m 45s, above the objective of 10 minutes (SC-002).",
    ends: "400m",
    quiet: histogram("deploymentDuration", { ...app, outcome: "succeeded" }, 600, "0x9 10x800"),
  },
  {
    alert: "DeploymentDurationMissing",
    fires: [sample("deploymentDuration", { ...app, outcome: "succeeded" }, "_x17 0x20", "_count")],
    at: "16m",
    labels: app,
    says: "Prometheus has had no deployment durations from target app for 15 minutes (series missing: 1). Meanwhile DeploymentDurationHigh cannot fire.",
    ends: "20m",
    quiet: [sample("deploymentDuration", { ...app, outcome: "succeeded" }, "0x40", "_count")],
  },
];
