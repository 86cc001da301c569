import { alpha, app, beta, type RuleCase, sample } from "../case";

const labels = { labels: "linux,production,self-hosted" };
const secret = { secret: "DEPLOY_KEY" };
const day = 86_400;
const deadline = (values: string) => sample("githubRunnerVersionDeadline", alpha, values);
const rotation = sample("githubSecretRotation", secret, `${90 * day}x400`);
const polled = sample("githubPollSuccess", { endpoint: "secrets" }, "1x400");
const decided = sample("deploymentRunnerDecision", {}, "0x40");
const up = (job: string, of: Readonly<Record<string, string>>, values: string) => sample("up", { job, ...of }, values);

export const queueCases: readonly RuleCase[] = [
  {
    alert: "JobQueuedTooLong",
    fires: [sample("githubJobQueueOldest", labels, "0+60x10 0x20")],
    at: "8m",
    labels,
    says: "The oldest job that needs the labels [linux,production,self-hosted] has been queued for 8m 0s, more than 5 minutes.",
    ends: "12m",
    quiet: [
      sample("githubJobQueueOldest", labels, "300x40"),
      // Deliveries of the stacks wait for each other.
      sample("githubJobQueueOldest", { labels: "delivery,linux,self-hosted" }, "0+60x40"),
      sample("githubJobQueueOldest", { labels: "delivery,self-hosted" }, "0+60x40"),
    ],
  },
  {
    alert: "QueuedWhileEligibleIdle",
    fires: [sample("githubJobsQueuedDespiteIdle", labels, "2x6 0x20")],
    at: "4m",
    labels,
    says: "2 job(s) that need the labels [linux,production,self-hosted] have been queued for more than a minute, although idle runners have these labels.",
    ends: "8m",
    quiet: [
      sample("githubJobsQueuedDespiteIdle", labels, "0x4 1x2 0x34"),
      sample("githubJobQueueOldest", labels, "900x40"),
    ],
  },
  {
    alert: "NoAuthorisedCapacity",
    fires: [
      sample("deploymentRunnerAuthorised", alpha, "0x5 1x20"),
      sample("deploymentRunnerAuthorised", beta, "0x30"),
    ],
    at: "3m",
    labels: {},
    says: "For 2 minutes, 0 runners have been healthy in both views and allowed to deploy to production. Deployments are refused.",
    ends: "7m",
    quiet: [sample("deploymentRunnerAuthorised", alpha, "0x30"), sample("deploymentRunnerAuthorised", beta, "1x30")],
  },
  {
    alert: "FailoverActive",
    fires: [sample("deploymentRunnerChosen", { ...beta, reason: "primary_offline" }, "1x5 _x20")],
    at: "2m",
    labels: { ...beta, reason: "primary_offline" },
    says: "Deployments to production use beta (chosen = 1) because of primary_offline.",
    ends: "12m",
    quiet: [sample("deploymentRunnerChosen", { ...alpha, reason: "healthy" }, "1x30")],
  },
  {
    alert: "FailoverFrequency",
    interval: "10m",
    fires: [sample("deploymentFailovers", { reason: "primary_offline" }, "0x9 1x9 2x9 3x9 4x9 5x9 6x400")],
    at: "12h",
    labels: {},
    says: "6 failovers in production within 24 hours, more than 5: the primary keeps failing and recovering.",
    ends: "50h",
    quiet: [sample("deploymentFailovers", { reason: "primary_offline" }, "0x9 1x9 2x9 3x9 4x9 5x400")],
  },
];

export const githubCases: readonly RuleCase[] = [
  {
    alert: "RunnerVersionDeadline",
    rule: { severity: "info" },
    fires: [deadline(`${10 * day}x10 ${90 * day}x20`)],
    at: "0m",
    labels: alpha,
    says: "GitHub's deadline for the version of alpha is in 10d 0h 0m 0s. After that, the runner gets no jobs.",
    ends: "12m",
    quiet: [deadline(`${15 * day}x40`)],
  },
  {
    alert: "RunnerVersionDeadline",
    rule: { severity: "warning" },
    fires: [deadline(`${6 * day}x10 ${90 * day}x20`)],
    at: "0m",
    labels: alpha,
    says: "GitHub's deadline for the version of alpha is in 6d 0h 0m 0s. After that, the runner gets no jobs.",
    ends: "12m",
    quiet: [deadline(`${14 * day + 3600}x40`)],
  },
  {
    alert: "RunnerVersionDeadline",
    rule: { severity: "critical" },
    fires: [deadline(`${2 * day}x10 ${90 * day}x20`)],
    at: "0m",
    labels: alpha,
    says: "GitHub's deadline for the version of alpha is in 2d 0h 0m 0s. After that, the runner gets no jobs.",
    ends: "12m",
    quiet: [deadline(`${90 * day}x40`)],
  },
  {
    alert: "RunnerLabelDrift",
    fires: [sample("githubRunnerLabelDrift", alpha, "2x7 0x20"), sample("githubRunnerLabelDrift", beta, "0x40")],
    at: "6m",
    labels: alpha,
    says: "At GitHub, 2 label(s) of alpha have differed from the configuration for 5 minutes. Jobs may not reach the runner, or the wrong jobs may.",
    ends: "9m",
    quiet: [sample("githubRunnerLabelDrift", alpha, "2x3 0x20")],
  },
  {
    alert: "UnknownRunnerRegistered",
    fires: [sample("githubRunnersUnknown", {}, "1x7 0x20")],
    at: "6m",
    labels: {},
    says:
      "1 runner(s) are registered at the repository that have the label production or delivery, so they take its " +
      "jobs, and are not in its configuration.",
    ends: "9m",
    quiet: [sample("githubRunnersUnknown", {}, "0x40")],
  },
  {
    alert: "RunnerUnseen10d",
    interval: "1h",
    fires: [sample("githubRunnerLastSeenOnline", beta, `0x270 ${270 * 3600}x40`)],
    at: "264h",
    labels: beta,
    says: "beta was last seen online 11d 0h 0m 0s ago; GitHub removes its registration after 14 days.",
    ends: "272h",
    quiet: [sample("githubRunnerLastSeenOnline", beta, "0+3600x300")],
  },
  {
    alert: "RepositoryPublic",
    fires: [sample("githubRepositoryPublic", {}, "1x5 0x20")],
    at: "0m",
    labels: {},
    says: "The repository of production is public (public = 1). A pull request from outside may run code on its runners.",
    ends: "6m",
    quiet: [sample("githubRepositoryPublic", {}, "0x40")],
  },
  {
    alert: "EnvironmentProtectionDrift",
    fires: [
      sample("githubProtectionDrift", { setting: "reviewers" }, "1x7 0x20"),
      sample("githubProtectionDrift", { setting: "wait_timer" }, "0x40"),
    ],
    at: "6m",
    labels: { setting: "reviewers" },
    says: "The setting reviewers of the GitHub environment production has differed from the configuration for 5 minutes (drift = 1).",
    ends: "9m",
    quiet: [sample("githubProtectionDrift", { setting: "reviewers" }, "0x40")],
  },
  {
    alert: "SecretRotationDue",
    rule: { reason: "soon" },
    fires: [rotation, sample("githubSecretUpdated", secret, `-${85 * day}x10 0x20`)],
    at: "0m",
    labels: secret,
    says: "Secret DEPLOY_KEY of production is due for rotation in 5d 0h 0m 0s.",
    ends: "12m",
    quiet: [rotation, polled, sample("githubSecretUpdated", secret, `-${80 * day}x40`)],
  },
  {
    alert: "SecretRotationDue",
    rule: { reason: "overdue" },
    fires: [rotation, sample("githubSecretUpdated", secret, `-${91 * day}x10 0x20`)],
    at: "0m",
    labels: secret,
    says: "Secret DEPLOY_KEY of production is past its rotation period: -1d 0h 0m 0s left.",
    ends: "12m",
    quiet: [rotation, polled, sample("githubSecretUpdated", secret, `-${82 * day}x40`)],
  },
  {
    alert: "SecretRotationDue",
    rule: { reason: "missing" },
    fires: [rotation, polled, sample("githubSecretUpdated", secret, "_x12 0x20")],
    at: "11m",
    labels: secret,
    says: "The configuration of production has the secret DEPLOY_KEY (rotated every 90d 0h 0m 0s), but GitHub has no secret of that name.",
    ends: "14m",
    // GitHub does not answer: nothing is known of the secret.
    quiet: [rotation, sample("githubPollSuccess", { endpoint: "secrets" }, "0x40")],
  },
  {
    alert: "GitHubRateLimitLow",
    fires: [sample("githubRateLimitRemaining", {}, "400x7 5000x20"), sample("githubRateLimit", {}, "5000x40")],
    at: "6m",
    labels: {},
    says: "The fleet exporter of production has 8% of this hour's requests left, less than 10 %.",
    ends: "9m",
    quiet: [sample("githubRateLimitRemaining", {}, "500x40"), sample("githubRateLimit", {}, "5000x40")],
  },
];

const fleetUp = up("ghrunners-fleet", {}, "1x40");

export const monitoringCases: readonly RuleCase[] = [
  {
    alert: "ExporterDown",
    rule: {},
    fires: [fleetUp, up("ghrunners-runner", alpha, "0x5 1x20"), up("ghrunners-node", alpha, "1x40")],
    at: "4m",
    labels: { ...alpha, job: "ghrunners-runner" },
    says: "Prometheus has not been able to scrape ghrunners-runner of alpha for 3 minutes (up = 0).",
    ends: "7m",
    quiet: [fleetUp, up("ghrunners-runner", alpha, "1x40"), up("ghrunners-node", app, "1x40"), up("other", {}, "0x40")],
  },
  {
    alert: "ExporterDown",
    rule: { role: "all" },
    // Down, then not even a target, then back.
    fires: [up("ghrunners-fleet", {}, "0x5 _x20 1x20")],
    at: "4m",
    labels: { job: "ghrunners-fleet" },
    says: "Prometheus has not been able to scrape ghrunners-fleet of production for 3 minutes (value 0). GitHub's view is missing.",
    ends: "30m",
    quiet: [fleetUp],
  },
  {
    alert: "ExporterDown",
    rule: { role: "all" },
    fires: [up("ghrunners-fleet", {}, "_x10 1x20")],
    at: "4m",
    labels: { job: "ghrunners-fleet" },
    says: "Prometheus has not been able to scrape ghrunners-fleet of production for 3 minutes (value 1). GitHub's view is missing.",
    ends: "12m",
    quiet: [fleetUp],
  },
  {
    alert: "FleetExporterStale",
    rule: { reason: "old" },
    fires: [sample("githubPollTimestamp", { endpoint: "runners" }, "0x12 780x20")],
    at: "10m",
    labels: { endpoint: "runners" },
    says: "The fleet exporter got its last answer from GitHub about the runners of production 10m 0s ago, more than 5 minutes.",
    ends: "13m",
    quiet: [
      sample("githubPollTimestamp", { endpoint: "runners" }, "0+60x40"),
      sample("githubPollTimestamp", { endpoint: "deprecations" }, "0x40"),
    ],
  },
  {
    alert: "FleetExporterStale",
    rule: { reason: "never" },
    fires: [sample("githubPollTimestamp", { endpoint: "runners" }, "_x8 480+60x20")],
    at: "6m",
    labels: { endpoint: "runners" },
    says: "The fleet exporter of production has had no answer from GitHub about the runners for 5 minutes (series missing: 1).",
    ends: "10m",
    quiet: [sample("githubPollTimestamp", { endpoint: "runners" }, "0+60x40")],
  },
  {
    alert: "FailoverSwitchStale",
    rule: { reason: "expired" },
    fires: [sample("deploymentRunnerChoiceExpiry", {}, "300x10 3000x20"), decided],
    at: "8m",
    labels: {},
    says: "The last choice that was written to GitHub for production expired 3m 0s ago. The runner gate refuses every deployment.",
    ends: "12m",
    quiet: [sample("deploymentRunnerChoiceExpiry", {}, "300+60x20"), decided],
  },
  {
    alert: "FailoverSwitchStale",
    rule: { reason: "absent" },
    fires: [sample("deploymentRunnerDecision", {}, "_x10 0x20")],
    at: "6m",
    labels: {},
    says: "The failover switch of production has made no decision for 5 minutes (series missing: 1): it does not run or is not scraped.",
    ends: "12m",
    quiet: [sample("deploymentRunnerDecision", {}, "0x20")],
  },
  {
    alert: "Watchdog",
    fires: [],
    at: "0m",
    labels: {},
    says: "This alert always fires (value 1). If its receiver stops getting it, Prometheus, Alertmanager or the connection to the receiver is broken.",
  },
];
