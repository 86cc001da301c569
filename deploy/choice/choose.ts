/**
 * Which runner deploys. Pure: what both views say goes in, a decision with its reasons comes out.
 * Nothing counts as healthy for lack of data.
 */
import { compareVersions } from "../../catalogue/version";
import type { Role } from "../../catalogue/runner";

/** What is known of one runner. A view is null when it could not be had. */
export interface RunnerSeen {
  readonly name: string;
  readonly role: Role;
  /** The environment's labels that GitHub shows it with. */
  readonly labels: readonly string[];
  /** What the runner's own exporter says. */
  readonly host: {
    /** Age of the sample in seconds. */
    readonly ageSeconds: number;
    readonly serviceActive: boolean;
    readonly listenerConnected: boolean;
    readonly diskUsedPercent: number;
    readonly version: string;
  } | null;
  /** What GitHub says. */
  readonly github: {
    readonly ageSeconds: number;
    readonly status: "online" | "offline";
    readonly busy: boolean;
    /** Age of the oldest job that waits for exactly its labels; 0 without one. */
    readonly oldestQueuedSeconds: number;
  } | null;
}

export interface ChoicePolicy {
  readonly environment: string;
  /** Labels that a deployment job asks for, by role. */
  readonly labels: Readonly<Record<Role, readonly string[]>>;
  /** Oldest version that GitHub still lets work. */
  readonly minimumVersion: string;
  readonly maximumAgeSeconds: number;
  readonly maximumDiskPercent: number;
  readonly maximumQueuedSeconds: number;
  /** How long a decision may be used. */
  readonly validSeconds: number;
}

export type Grade = "healthy" | "degraded" | "unusable";

export interface Judged {
  readonly name: string;
  readonly role: Role;
  readonly grade: Grade;
  /** Why it is not healthy. */
  readonly reasons: readonly string[];
}

export interface GateDecision {
  readonly schema: "ghrunners.gate-decision/1";
  readonly environment: string;
  readonly decidedAt: string;
  readonly expiresAt: string;
  /** Runner that deploys, or null: refused. */
  readonly runner: string | null;
  readonly role: Role | null;
  readonly labels: readonly string[];
  readonly reason: "primary_healthy" | "failover" | "primary_degraded" | "refused" | "by_hand";
  /** In words, with every runner's reasons. */
  readonly explanation: string;
  readonly runners: readonly Judged[];
  readonly runbook: string | null;
}

/** Usable with a doubt is `degraded`; not usable is `unusable`; a busy runner is as healthy as an idle one. */
export function judge(runner: RunnerSeen, policy: ChoicePolicy): Judged {
  const { host, github } = runner;
  const unusable: string[] = [];
  const degraded: string[] = [];
  const stale = (age: number): boolean => age > policy.maximumAgeSeconds;

  const missing = policy.labels[runner.role].filter((label) => !runner.labels.includes(label));
  if (missing.length > 0) unusable.push(`not authorised: it lacks the labels ${missing.join(", ")}`);
  if (github === null || stale(github.ageSeconds)) unusable.push(`GitHub's view is ${ageOf(github)}`);
  else if (github.status === "offline") unusable.push("GitHub shows it offline");
  if (host === null || stale(host.ageSeconds)) unusable.push(`the host's view is ${ageOf(host)}`);
  else {
    if (!host.serviceActive) unusable.push("its service is not active");
    else if (!host.listenerConnected) unusable.push("its listener is not connected");
    if (compareVersions(host.version, policy.minimumVersion) < 0)
      unusable.push(`its version ${host.version} is older than ${policy.minimumVersion}, which GitHub asks for`);
    if (host.diskUsedPercent > policy.maximumDiskPercent)
      degraded.push(`its disk is ${host.diskUsedPercent} % full, expected at most ${policy.maximumDiskPercent} %`);
  }
  const extra = runner.labels.filter((label) => !policy.labels[runner.role].includes(label));
  if (extra.length > 0) degraded.push(`its labels drifted: ${extra.join(", ")}`);
  if (github !== null && github.oldestQueuedSeconds > policy.maximumQueuedSeconds)
    degraded.push(`a job has waited ${github.oldestQueuedSeconds} s for its labels`);
  const grade: Grade = unusable.length > 0 ? "unusable" : degraded.length > 0 ? "degraded" : "healthy";
  return { name: runner.name, role: runner.role, grade, reasons: [...unusable, ...degraded] };
}

function ageOf(view: { readonly ageSeconds: number } | null): string {
  return view === null ? "missing" : `${view.ageSeconds} s old`;
}

/** Primary, else a healthy secondary, else a primary that is merely degraded, else a refusal. */
export function choose(runners: readonly RunnerSeen[], policy: ChoicePolicy, now: Date): GateDecision {
  const judged = runners.map((runner) => judge(runner, policy));
  const first = (role: Role, grade: Grade): Judged | undefined =>
    judged.find((each) => each.role === role && each.grade === grade);
  const primary = first("primary", "healthy");
  const secondary = first("secondary", "healthy");
  const chosen = primary ?? secondary ?? first("primary", "degraded");
  const reason =
    chosen === undefined
      ? "refused"
      : chosen === primary
        ? "primary_healthy"
        : chosen === secondary
          ? "failover"
          : "primary_degraded";
  const said = judged.map(({ name, role, grade, reasons }) => `${role} ${name}: ${[grade, ...reasons].join(", ")}`);
  const because = judged.length === 0 ? `no runner of ${policy.environment} is known` : said.join("; ");
  return {
    schema: "ghrunners.gate-decision/1",
    environment: policy.environment,
    decidedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + policy.validSeconds * 1000).toISOString(),
    runner: chosen?.name ?? null,
    role: chosen?.role ?? null,
    labels: chosen === undefined ? [] : policy.labels[chosen.role],
    reason,
    explanation: `${chosen === undefined ? "Nobody may deploy" : `${chosen.name} deploys`}: ${because}.`,
    runners: judged,
    runbook: chosen === undefined ? "runbooks/offline-restore.md#noauthorisedcapacity" : null,
  };
}

/** Whether a decision may still be used, and if not why. Asked again just before deploying. */
export function stillValid(decision: GateDecision, runner: string, now: Date): string | undefined {
  if (decision.runner !== runner) return `${decision.runner ?? "nobody"} was chosen, and this is ${runner}`;
  if (now.getTime() >= Date.parse(decision.expiresAt)) return `the decision expired at ${decision.expiresAt}`;
  return undefined;
}
