/**
 * Chooses the runner that deploys, from both views and the previous decision, with reasons. Pure.
 */
import type { Described } from "@ghrunners/core/schema";
import type { gateDecisionSchema } from "./decision-schema";
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { Cause } from "./cause";
import { judge, mayDeploy, type RunnerAssessment, type JudgingPolicy, type RunnerSeen } from "./judge";

export interface ChoicePolicy extends JudgingPolicy {
  readonly environment: string;
  /** How long a decision may be used, seconds. */
  readonly validSeconds: number;
  /** How long a runner must have been healthy before the switch leaves a working runner for it, seconds. */
  readonly recoverySeconds: number;
  /** How long a runner must have been usable before a refusal ends, seconds. */
  readonly settleSeconds: number;
}

/** What the next decision needs to know about the last one. Times in milliseconds since 1970. */
export interface ChoiceHistory {
  /** Runner of the last decision; null: it was a refusal. */
  readonly chosen: string | null;
  /** Why the choice is not the healthy primary, since it left it. */
  readonly cause: Cause | null;
  /** Since when a runner is healthy without a break, by name. */
  readonly healthySince: Readonly<Record<string, number>>;
  /** Since when a runner is not unusable, by name. */
  readonly usableSince: Readonly<Record<string, number>>;
}

export type GateDecision = Described<typeof gateDecisionSchema>;

type Since = Pick<ChoiceHistory, "healthySince" | "usableSince">;

/**
 * Keeps the start times of runners that are still in the state, and starts those of new ones. A time in the future is
 * not trusted and replaced by now.
 */
function advance(judged: readonly RunnerAssessment[], before: Since | undefined, now: number): Since {
  const since = (known: Readonly<Record<string, number>> = {}, is: (runner: RunnerAssessment) => boolean) =>
    Object.fromEntries(judged.filter(is).map(({ name }) => [name, Math.min(known[name] ?? now, now)]));
  return {
    healthySince: since(before?.healthySince, ({ grade }) => grade === "healthy"),
    usableSince: since(before?.usableSince, ({ grade }) => grade !== "unusable"),
  };
}

/**
 * A healthy primary, else a healthy secondary (the one that deploys now first), else a degraded primary, else a
 * secondary on which jobs failed.
 */
function inOrder(judged: readonly RunnerAssessment[], current: string | null): RunnerAssessment[] {
  const runnersOf = (role: Role, grade: RunnerAssessment["grade"]): RunnerAssessment[] =>
    judged
      .filter((runner) => runner.role === role && runner.grade === grade && mayDeploy(runner))
      .sort((one, other) => Number(other.name === current) - Number(one.name === current));
  return [
    ...runnersOf("primary", "healthy"),
    ...runnersOf("secondary", "healthy"),
    ...runnersOf("primary", "degraded"),
    ...runnersOf("secondary", "degraded"),
  ];
}

interface Picked {
  readonly chosen: RunnerAssessment | undefined;
  /** Runners that would be chosen, and how long they must still prove themselves, seconds. */
  readonly held: readonly { readonly name: string; readonly seconds: number }[];
}

/**
 * A failover is immediate. Leaving a runner that still works, and ending a refusal, waits: so a flapping runner does
 * not flap the choice.
 */
function pick(
  judged: readonly RunnerAssessment[],
  policy: ChoicePolicy,
  before: ChoiceHistory | undefined,
  now: number,
): Picked {
  const candidates = inOrder(judged, before?.chosen ?? null);
  const { healthySince, usableSince } = advance(judged, before, now);
  const left = (since: number | undefined, seconds: number): number =>
    Math.max(0, seconds - (now - (since ?? now)) / 1000);
  const goesOn = candidates.some(({ name }) => name === before?.chosen);
  const wait = ({ name }: RunnerAssessment): number => {
    if (before === undefined || name === before.chosen) return 0;
    if (before.chosen === null) return left(usableSince[name], policy.settleSeconds);
    // A runner that was not registered before cannot have flapped: no recovery time applies.
    if (!goesOn || before.cause === "not_registered") return 0;
    return left(healthySince[name], policy.recoverySeconds);
  };
  const place = candidates.findIndex((runner) => wait(runner) === 0);
  const passed = place === -1 ? candidates : candidates.slice(0, place);
  return {
    chosen: candidates[place],
    held: passed.map((runner) => ({ name: runner.name, seconds: wait(runner) })),
  };
}

function reasonOf(chosen: RunnerAssessment | undefined): GateDecision["reason"] {
  if (chosen === undefined) return "refused";
  if (chosen.role === "secondary") return "failover";
  return chosen.grade === "healthy" ? "primary_healthy" : "primary_degraded";
}

/** @param before result of {@link remember} for the last decision; undefined: this is the first */
export function choose(
  runners: readonly RunnerSeen[],
  policy: ChoicePolicy,
  now: Date,
  before?: ChoiceHistory,
): GateDecision {
  const graded = runners.map((runner) => judge(runner, policy));
  const { chosen, held } = pick(graded, policy, before, now.getTime());
  const judged = graded.map((runner) => {
    const waits = held.find(({ name }) => name === runner.name);
    if (waits === undefined) return runner;
    return { ...runner, reasons: [...runner.reasons, `taken in ${Math.ceil(waits.seconds)} s if it stays so`] };
  });
  const said = judged.map(({ name, role, grade, reasons }) => `${role} ${name}: ${[grade, ...reasons].join(", ")}`);
  const because = judged.length === 0 ? `no runner of ${policy.environment} is known` : said.join("; ");
  const primary = judged.find(({ role }) => role === "primary");
  const reason = reasonOf(chosen);
  // A failover keeps its first cause, also while the primary must prove itself.
  const cause = reason === "failover" && before?.chosen === chosen?.name ? before?.cause : undefined;
  return {
    schema: "ghrunners.gate-decision/1",
    environment: policy.environment,
    decidedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + policy.validSeconds * 1000).toISOString(),
    runner: chosen?.name ?? null,
    role: chosen?.role ?? null,
    labels: chosen === undefined ? [] : policy.labels[chosen.role],
    reason,
    cause: cause ?? primary?.cause ?? null,
    explanation: `${chosen === undefined ? "No runner may deploy" : `${chosen.name} deploys`}: ${because}.`,
    runners: judged,
    runbook: chosen === undefined ? "docs/runbooks/offline-restore.md#noauthorisedcapacity" : null,
  };
}

/** What {@link choose} needs the next time. */
export function remember(decision: GateDecision, before: ChoiceHistory | undefined): ChoiceHistory {
  const { runner, cause, runners, decidedAt } = decision;
  return { chosen: runner, cause, ...advance(runners, before, Date.parse(decidedAt)) };
}

/** Why a decision may not be used any more; undefined if it may. Checked again just before deploying. */
export function stillValid(decision: GateDecision, runner: string, now: Date): string | undefined {
  if (decision.runner !== runner) return `${decision.runner ?? "no runner"} was chosen, and this is ${runner}`;
  if (now.getTime() >= Date.parse(decision.expiresAt)) return `the decision expired at ${decision.expiresAt}`;
  return undefined;
}
