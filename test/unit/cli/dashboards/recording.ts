import { foreignMetrics as foreign } from "@ghrunners/monitoring/metrics/foreign";
import { metrics } from "@ghrunners/monitoring/all-metrics";
import { recordings } from "@ghrunners/monitoring/recordings";

type Labels = Readonly<Record<string, string>>;
/** A value by the minute of the recording; undefined is a gap. */
type Course = (minute: number) => number | undefined;

const MINUTES = 360;
const alpha = { runner: "alpha", role: "primary" };
const beta = { runner: "beta", role: "secondary" };
const app = { target: "app" };

/** The primary's machine is off from minute 240 to 270. */
const off = (minute: number): boolean => minute >= 240 && minute < 270;
const counter = (perHour: number) => (minute: number) => Math.floor((minute * perHour) / 60);
const wave = (low: number, high: number, period: number) => (minute: number) =>
  low + (high - low) * (0.5 + 0.5 * Math.sin((minute / period) * 2 * Math.PI));
const always =
  (value: number): Course =>
  () =>
    value;
const whileOn =
  (course: Course): Course =>
  (minute) =>
    off(minute) ? undefined : course(minute);
const busy = (minute: number): number => (minute % 45 < 12 ? 1 : 0);

/**
 * Six hours of an environment, as OpenMetrics text with timestamps that end at `end`: jobs run, the primary loses its
 * power for half an hour, deployments succeed, one is rolled back.
 */
export function recordedHours(end: number): string {
  const lines: string[] = [];
  const start = end - MINUTES * 60;
  const add = (name: string, labels: Labels, course: Course): void => {
    const text = Object.entries({ environment: "production", ...labels }).map(([key, value]) => `${key}="${value}"`);
    for (let minute = 0; minute <= MINUTES; minute += 1) {
      const value = course(minute);
      if (value !== undefined) lines.push(`${name}{${text.join(",")}} ${value} ${start + minute * 60}`);
    }
  };
  const histogram = (
    name: string,
    bounds: readonly number[],
    labels: Labels,
    typical: number,
    perHour: number,
  ): void => {
    // Prometheus 3 writes the bounds of what it knows as a histogram in a form of its own.
    lines.push(`# TYPE ${name} histogram`);
    for (const bound of [...bounds, Infinity]) {
      const le = bound === Infinity ? "+Inf" : String(bound);
      add(`${name}_bucket`, { ...labels, le }, (minute) => (bound < typical ? 0 : counter(perHour)(minute)));
    }
    add(`${name}_count`, labels, counter(perHour));
    add(`${name}_sum`, labels, (minute) => counter(perHour)(minute) * typical * 0.8);
  };

  for (const runner of [alpha, beta]) {
    const seen = runner === alpha ? whileOn : (course: Course) => course;
    const on: Course = (minute) => (runner === alpha && off(minute) ? 0 : 1);
    add(foreign.up.name, { ...runner, job: "ghrunners-node" }, on);
    add(foreign.up.name, { ...runner, job: "ghrunners-runner" }, on);
    add(metrics.runnerStatus.name, runner, seen(always(1)));
    add(metrics.githubRunnerOnline.name, runner, on);
    add(metrics.runnerBusy.name, runner, seen(runner === alpha ? busy : always(0)));
    add(metrics.githubRunnerBusy.name, runner, (minute) => (on(minute) === 1 && runner === alpha ? busy(minute) : 0));
    add(
      metrics.runnerCapacity.name,
      runner,
      seen((minute) => (runner === alpha ? 1 - busy(minute) : 1)),
    );
    add(
      metrics.runnerLastCheckin.name,
      runner,
      seen((minute) => start + minute * 60 - 20 - (minute % 3) * 12),
    );
    add(metrics.runnerJobs.name, { ...runner, result: "succeeded" }, seen(counter(runner === alpha ? 3 : 0.5)));
    add(metrics.runnerJobs.name, { ...runner, result: "failed" }, seen(counter(0.4)));
    add(
      metrics.runnerWorkFolder.name,
      runner,
      seen((minute) => 4e8 + (minute % 45) * 2e7),
    );
    add(metrics.runnerClockOffset.name, runner, seen(wave(-0.6, 0.8, 70)));
    for (const [kind, packages, days] of [
      ["security", 2, 3],
      ["other", 11, 12],
    ] as const) {
      add(metrics.runnerUpdatesPending.name, { ...runner, kind }, seen(always(packages)));
      add(metrics.runnerUpdatesPendingSince.name, { ...runner, kind }, seen(always(start - days * 86_400)));
    }
    add(
      foreign.cpuSeconds.name,
      { ...runner, mode: "idle", cpu: "0" },
      seen((minute) => minute * 40 + 8 * Math.sin(minute / 9)),
    );
    add(foreign.memoryAvailable.name, runner, seen(wave(3.2e9, 5.5e9, 45)));
    add(foreign.memoryTotal.name, runner, seen(always(8e9)));
    add(
      foreign.filesystemAvailable.name,
      { ...runner, mountpoint: "/" },
      seen((minute) => 3e10 - minute * 2e7),
    );
    add(foreign.filesystemSize.name, { ...runner, mountpoint: "/" }, seen(always(5e10)));
    add(metrics.githubRunnerVersionDeadline.name, runner, always(end + (runner === alpha ? 20 : 5) * 86_400));
    add(metrics.githubRunnerVersion.name, { ...runner, version: "2.336.0" }, always(1));
    add(metrics.githubRunnerLabelDrift.name, runner, always(runner === beta ? 1 : 0));
    add(metrics.deploymentRunnerAuthorised.name, runner, on);
    add(metrics.githubDeploymentJobs.name, { ...runner, conclusion: "success" }, counter(runner === alpha ? 1.5 : 0.3));
  }
  add(metrics.deploymentRunnerChosen.name, { ...alpha, reason: "healthy" }, whileOn(always(1)));
  add(metrics.deploymentRunnerChosen.name, { ...beta, reason: "primary_offline" }, (minute) =>
    off(minute) ? 1 : undefined,
  );
  add(metrics.deploymentFailovers.name, { reason: "primary_offline" }, (minute) => (minute >= 240 ? 1 : 0));
  add(metrics.githubDeploymentJobs.name, { ...alpha, conclusion: "failure" }, (minute) => (minute >= 150 ? 1 : 0));
  add(metrics.githubJobQueueOldest.name, { labels: "linux,production,self-hosted" }, (minute) =>
    off(minute) ? (minute - 240) * 60 : minute % 30 < 2 ? 14 : undefined,
  );
  add(metrics.githubJobsQueuedDespiteIdle.name, { labels: "linux,production,self-hosted" }, always(0));
  histogram(metrics.githubJobQueueDuration.name, metrics.githubJobQueueDuration.buckets, { role: "primary" }, 12, 3);
  add(metrics.githubDeploymentQueue.name, {}, (minute) => (off(minute) ? Math.floor((minute - 240) / 8) : 0));
  histogram(metrics.githubDeploymentQueueDuration.name, metrics.githubDeploymentQueueDuration.buckets, {}, 20, 2);

  for (const setting of ["reviewers", "wait_timer", "branch_policy"]) {
    add(metrics.githubProtectionDrift.name, { setting }, (minute) => (setting === "reviewers" && minute > 310 ? 1 : 0));
  }
  for (const [secret, days] of [
    ["DEPLOY_KEY", 40],
    ["REGISTRY_TOKEN", 86],
  ] as const) {
    add(metrics.githubSecretUpdated.name, { secret }, always(end - days * 86_400));
    add(metrics.githubSecretRotation.name, { secret }, always(90 * 86_400));
  }
  add(metrics.githubRunnersUnknown.name, {}, always(0));
  add(metrics.githubRepositoryPublic.name, {}, always(0));
  add(metrics.githubRateLimit.name, {}, always(5000));
  add(metrics.githubRateLimitRemaining.name, {}, (minute) => 5000 - (minute % 60) * 6);
  for (const endpoint of ["runners", "jobs", "secrets"]) {
    add(metrics.githubPollTimestamp.name, { endpoint }, (minute) => start + minute * 60 - 8 - (minute % 4) * 6);
  }
  add(foreign.up.name, { job: "ghrunners-fleet" }, always(1));
  add(foreign.up.name, { ...app, job: "ghrunners-node" }, always(1));

  add(metrics.deploymentOutcomes.name, { ...app, outcome: "succeeded" }, counter(2));
  add(metrics.deploymentOutcomes.name, { ...app, outcome: "rolled_back" }, (minute) => (minute >= 150 ? 1 : 0));
  add(metrics.deploymentFailures.name, { ...app, reason: "health_check" }, (minute) => (minute >= 150 ? 1 : 0));
  add(metrics.deploymentRollbacks.name, { ...app, reason: "health_check" }, (minute) => (minute >= 150 ? 1 : 0));
  add(metrics.deploymentHealthCheckFailures.name, { ...app, category: "database" }, (minute) =>
    minute >= 150 ? 2 : 0,
  );
  histogram(
    metrics.deploymentDuration.name,
    metrics.deploymentDuration.buckets,
    { ...app, outcome: "succeeded" },
    280,
    2,
  );
  histogram(metrics.deploymentDiagnosis.name, metrics.deploymentDiagnosis.buckets, app, 25, 0.3);
  histogram(metrics.deploymentRollbackDuration.name, metrics.deploymentRollbackDuration.buckets, app, 60, 0.3);
  add(metrics.deploymentInProgress.name, app, (minute) => (minute % 30 < 4 ? 1 : 0));
  add(metrics.deploymentPartialState.name, app, always(0));
  add(metrics.deploymentIncidentsUnsent.name, app, always(0));
  add(metrics.deploymentUnreadable.name, app, always(0));
  add(metrics.deploymentVersion.name, { ...app, version: "2.4.1" }, always(1));
  add(metrics.deploymentLastSuccess.name, app, (minute) => start + Math.max(5, minute - (minute % 30)) * 60);
  add(metrics.deploymentLastFailure.name, { ...app, reason: "health_check" }, (minute) =>
    minute >= 150 ? start + 150 * 60 : undefined,
  );

  add(recordings.successRatio.name, {}, (minute) => 0.97 - minute / 20_000);
  add(recordings.durationP95.name, {}, wave(250, 320, 200));
  add(recordings.diagnosedInTime.name, {}, always(1));
  const firing = { alertstate: "firing" };
  add(
    foreign.alerts.name,
    { ...firing, alertname: "EnvironmentProtectionDrift", severity: "warning", setting: "reviewers" },
    (minute) => (minute > 315 ? 1 : undefined),
  );
  add(foreign.alerts.name, { ...firing, ...alpha, alertname: "RunnerHostDown", severity: "critical" }, (minute) =>
    minute > 242 && off(minute) ? 1 : undefined,
  );
  add(foreign.alerts.name, { ...firing, alertname: "Watchdog", severity: "info" }, always(1));
  return `${lines.join("\n")}\n# EOF\n`;
}
