/** Decides which runners are patched and in what order, and reads what a host says. Pure. */
import { updateFile, VALID_SECONDS } from "@ghrunners/exporter/host/updates";
import type { Described } from "@ghrunners/core/schema";
import type { Maintenance } from "@ghrunners/failover/choice/maintenance";
import { runnerMeant } from "../maintenance/plan";
import type { patchRunnerSchema } from "./schema";

export type PatchedRunner = Described<typeof patchRunnerSchema>;

/** Reason of the maintenances that this command starts; by it, a repeated command knows its own. */
export const PATCH_REASON = "updates of the machine (ghrunners patch)";

/** The last run of an upgrade on a host. */
export interface HostRun {
  readonly id: string;
  readonly state: "running" | "done" | "failed";
  /** The run ends with a restart of the machine. */
  readonly restarts: boolean;
}

/** What a host says about its updates. */
export interface HostUpdates {
  /** Undefined: no run yet. */
  readonly run: HostRun | undefined;
  /** Changes with each boot. */
  readonly bootId: string;
  readonly restartRequired: boolean;
  /** Null: unknown. */
  readonly updates: PatchedRunner["updates"];
  /** The end of a failed run's output; empty without one. */
  readonly words: string;
}

/**
 * The runners to patch: those that are named, or all; the primary last.
 * @param given names or roles
 * @throws WrongUse for a name that the stack does not have
 */
export function orderOf<R extends { readonly name: string; readonly role: string }>(
  runners: readonly R[],
  given: readonly string[],
): R[] {
  const chosen = given.length === 0 ? runners : [...new Set(given.map((one) => runnerMeant(runners, one)))];
  return [...chosen.filter(({ role }) => role !== "primary"), ...chosen.filter(({ role }) => role === "primary")];
}

const states = ["running", "done", "failed"] as const;

/** @param text output of `patch.sh look` @throws Error if it is something else */
export function parseLook(text: string, now: Date): HostUpdates {
  const [facts = "", ...words] = text.split("\n\n");
  const values = new Map(facts.split("\n").map((line) => line.split("\t", 2) as [string, string | undefined]));
  const value = (key: string): string => {
    const found = values.get(key);
    if (found === undefined) throw new Error(`patch.sh look says nothing about "${key}": ${text.slice(0, 200)}`);
    return found;
  };
  const state = states.find((each) => each === value("state"));
  return {
    run: state === undefined ? undefined : { id: value("run"), state, restarts: value("restarts") === "yes" },
    bootId: value("boot"),
    restartRequired: value("restart") === "yes",
    updates: knownUpdates(value("updates"), now),
    words: words.join("\n\n").trim(),
  };
}

/** @param text the exporter's file about updates; empty if there is none */
function knownUpdates(text: string, now: Date): PatchedRunner["updates"] {
  const { updates } = text === "" ? {} : updateFile.parse(JSON.parse(text));
  if (updates === undefined || now.getTime() / 1000 - updates.refreshedAt > VALID_SECONDS) return null;
  const names = (wanted: boolean): string[] =>
    updates.pending.filter(({ security }) => security === wanted).map(({ name }) => name);
  return {
    security: names(true),
    other: names(false),
    refreshedAt: new Date(updates.refreshedAt * 1000).toISOString(),
  };
}

/**
 * How far a run is.
 * @param id the run that is waited for
 * @param bootBefore identifier of the boot in which it began
 */
export function progressOf(
  seen: HostUpdates,
  id: string,
  bootBefore: string,
): "installing" | "restarting" | "done" | "failed" {
  if (seen.run === undefined || seen.run.id !== id) return "failed";
  if (seen.run.state === "running") return "installing";
  if (seen.run.state === "failed") return "failed";
  return seen.run.restarts && seen.bootId === bootBefore ? "restarting" : "done";
}

/** Why a runner is not patched now: another operator has it in maintenance. Undefined: it may be. */
export function takenBy(name: string, entry: Maintenance | undefined): string | undefined {
  if (entry === undefined || entry.reason === PATCH_REASON) return undefined;
  return (
    `${name} is in maintenance until ${entry.until} (${entry.reason}; by ${entry.by}). Expected it in service, because ` +
    `patching ends the maintenance that it starts. Next: ghrunners maintenance end ${name}, or wait for the end`
  );
}
