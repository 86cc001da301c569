/**
 * Judges what the failover switch's host showed. Pure.
 */
import type { Described } from "@ghrunners/core/schema";
import type { gateViewSchema } from "./schema";
import type { GateDecision } from "@ghrunners/failover/choice/choose";

/** Decisions older than this are stale, seconds. The switch makes one every 5 s. */
export const MAXIMUM_AGE_SECONDS = 30;

/** The switch's state on its host, as scripts/read-decisions.sh prints it. */
export interface SeenSwitch {
  /** The host's clock, RFC 3339. */
  readonly now: string;
  /** State of the unit, as systemd names it. */
  readonly unit: string;
  /** Null before the first decision. */
  readonly decision: GateDecision | null;
  /** When the choice last published at GitHub expires; null: none was published. */
  readonly toldUntil: string | null;
  /** Decisions that changed something, the oldest first. */
  readonly changes: readonly GateDecision[];
}

/** What `ghrunners gate --json` prints. */
export type GateView = Described<typeof gateViewSchema>;

/** A pause of deployments, as the runner gate sees it. */
export interface PauseSeen {
  readonly pause: GateView["pause"];
  /** Why the runner gate refuses because of it; empty: it does not. */
  readonly problems: readonly string[];
  readonly next: string;
}

const parsed = <T>(text: string): T | undefined => {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
};

/** @throws Error if the output lacks the host's clock */
export function parseSwitch(output: string): SeenSwitch {
  const facts = output
    .split("\n")
    .filter((line) => line !== "")
    .map((line): [string, string] => {
      const at = line.indexOf("\t");
      return [line.slice(0, at), line.slice(at + 1)];
    });
  const first = (key: string): string | undefined => facts.find(([name]) => name === key)?.[1];
  const now = first("now");
  if (now === undefined)
    throw new Error("The monitoring host showed nothing. Expected its clock. Next: ghrunners status");
  const state = parsed<{ written?: { expiresAt: number } }>(first("state") ?? "");
  return {
    now,
    unit: first("unit") ?? "unknown",
    decision: parsed<GateDecision>(first("decision") ?? "") ?? null,
    toldUntil: state?.written === undefined ? null : new Date(state.written.expiresAt).toISOString(),
    // A line that was cut off when the switch was killed is ignored.
    changes: facts.flatMap(([key, text]) => (key === "change" ? (parsed<GateDecision>(text) ?? []) : [])),
  };
}

const STALE = "docs/runbooks/monitoring-blind.md#failoverswitchstale";

export function judgeSwitch(stack: string, seen: SeenSwitch, paused: PauseSeen): GateView {
  const { decision, now, toldUntil, unit } = seen;
  const at = Date.parse(now);
  const ageSeconds = decision === null ? null : Math.max(0, (at - Date.parse(decision.decidedAt)) / 1000);
  const isOld = ageSeconds !== null && ageSeconds > MAXIMUM_AGE_SECONDS;
  const isPublished = toldUntil !== null && Date.parse(toldUntil) > at;
  const stale = [
    ...(decision === null ? [`the switch has made no decision yet (its unit is ${unit})`] : []),
    ...(isOld
      ? [
          `the decision is too old: ${Math.round(ageSeconds)} s, expected at most ${MAXIMUM_AGE_SECONDS} s (the unit is ${unit})`,
        ]
      : []),
    ...(isPublished
      ? []
      : [
          toldUntil === null
            ? "no choice was published at GitHub yet"
            : `the choice published at GitHub expired at ${toldUntil}`,
        ]),
  ];
  const refused = decision?.runner === null ? [decision.explanation] : [];
  return {
    stack,
    ...seen,
    ageSeconds,
    pause: paused.pause,
    problems: [...stale, ...refused, ...paused.problems],
    next:
      stale.length + refused.length === 0 && paused.problems.length > 0
        ? paused.next
        : nextOf(stale.length > 0, decision),
  };
}

function nextOf(isStale: boolean, decision: GateDecision | null): string | null {
  if (isStale) return STALE;
  if (decision?.runner === null) return decision.runbook;
  if (decision?.reason === "failover")
    return "repair the primary; the choice then returns to it by itself (ghrunners status)";
  return decision?.reason === "primary_degraded" ? "repair what degrades the primary (ghrunners status)" : null;
}
