/** The decision behind a deployment job, from the job's inputs: DEPLOY_RUNNER and the gate's outputs. Pure. */
import type { Role } from "@ghrunners/core/vocabulary/runner";
import type { GateDecision } from "./choose";
import { readChoice } from "./deploy-runner";

export interface GateDecisionInput {
  readonly environment: string;
  /** Text of DEPLOY_RUNNER when the job began; empty if it is not set. */
  readonly variable: string;
  /** The requested runner: auto, primary or secondary. */
  readonly wanted: string;
  /** Labels that the gate chose, which the job ran by. */
  readonly labels: readonly string[];
  /** The gate's reason, as text. */
  readonly reason: string;
  readonly now: Date;
}

const roleIn = (labels: readonly string[]): Role | null =>
  labels.includes("primary") ? "primary" : labels.includes("secondary") ? "secondary" : null;

/** Finds this job's runner in the decision: by its name if names are given, else by its role. */
export const selfIn = (
  { runner }: GateDecision,
  name: string,
  { labels }: Pick<GateDecisionInput, "labels">,
): string => (runner === null || runner === "primary" || runner === "secondary" ? (roleIn(labels) ?? name) : name);

/** @throws Error if DEPLOY_RUNNER is used and does not have the monitoring host's format */
export function decisionFrom(given: GateDecisionInput): GateDecision {
  const { environment, labels, wanted, reason, now } = given;
  const base = { schema: "ghrunners.gate-decision/1", environment, cause: null, runners: [], runbook: null } as const;
  if (wanted !== "auto") {
    const at = now.toISOString();
    const role = roleIn(labels);
    const times = { decidedAt: at, expiresAt: new Date(now.getTime() + 60_000).toISOString() };
    return { ...base, ...times, runner: role, role, labels, reason: "by_hand", explanation: reason };
  }
  const seen = readChoice(given.variable, now);
  if (!("choice" in seen)) {
    const problem = seen.state === "missing" ? "is not set" : "is not what the monitoring host writes";
    throw new Error(`DEPLOY_RUNNER ${problem}. Next: docs/runbooks/monitoring-blind.md#failoverswitchstale`);
  }
  const { decision, ...choice } = seen.choice;
  if (decision !== undefined) return decision;
  const role = roleIn(choice.labels);
  return {
    ...base,
    decidedAt: choice.decidedAt,
    expiresAt: choice.expiresAt,
    runner: choice.runner,
    role,
    labels: choice.labels,
    reason: role === "primary" ? "primary_healthy" : role === "secondary" ? "failover" : "refused",
    explanation: choice.reason,
  };
}
