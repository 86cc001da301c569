/**
 * Converts a decision to samples and counts. Pure.
 */
import type { ChoiceHistory, GateDecision } from "../choice/choose";
import { causes } from "../choice/cause";
import { mayDeploy } from "../choice/judge";
import type { SwitchConfig } from "../config";
import { type Sample, sample, sampleIfKnown } from "@ghrunners/metrics-server/samples";
import { count, emptyTally, type Tally } from "@ghrunners/metrics-server/tally";
import type { PublishedVariable } from "./variable";
import { results } from "./waiting";

/** Why the chosen runner is the one, as one word. */
export function reasonLabel({ reason, cause }: GateDecision): string {
  if (reason === "primary_healthy") return "healthy";
  return `${reason === "failover" ? "primary" : "degraded"}_${cause ?? "unproved"}`;
}

export function evaluateSwitch(
  decision: GateDecision | undefined,
  written: PublishedVariable | undefined,
  version: string,
): Sample[] {
  const build = sample("failoverSwitchBuild", 1, { version });
  const expiry = sampleIfKnown(
    "deploymentRunnerChoiceExpiry",
    written === undefined ? undefined : written.expiresAt / 1000,
    {},
  );
  if (decision === undefined) return [build, ...expiry];
  const { runner, role, runners, decidedAt } = decision;
  return [
    build,
    ...expiry,
    sample("deploymentRunnerDecision", Date.parse(decidedAt) / 1000, {}),
    ...runners.map((one) =>
      sample("deploymentRunnerAuthorised", Number(mayDeploy(one)), { runner: one.name, role: one.role }),
    ),
    ...(runner === null || role === null
      ? []
      : [sample("deploymentRunnerChosen", 1, { runner, role, reason: reasonLabel(decision) })]),
  ];
}

/** Makes every series exist from the start, because an increase from a missing series would not be seen. */
export function startTally(known: Tally | undefined): Tally {
  const failovers = [...causes, "unproved"].reduce(
    (tally, cause) => count(tally, "deploymentFailovers", { reason: `primary_${cause}` }, 0),
    known ?? emptyTally,
  );
  const writes = ["written", "failed"].reduce(
    (tally, result) => count(tally, "deploymentChoiceWrites", { result }, 0),
    failovers,
  );
  return results.reduce((tally, result) => count(tally, "deploymentRedispatches", { result }, 0), writes);
}

/** Counts a change from the primary to a secondary. */
export function countFailover(
  tally: Tally,
  runners: SwitchConfig["runners"],
  before: ChoiceHistory | undefined,
  decision: GateDecision,
): Tally {
  const left = runners.find(({ name }) => name === before?.chosen);
  if (left?.role !== "primary" || decision.role !== "secondary") return tally;
  return count(tally, "deploymentFailovers", { reason: reasonLabel(decision) });
}
