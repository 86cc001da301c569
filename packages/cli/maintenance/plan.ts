/** Decides whether and how a runner goes into maintenance. Pure. */
import { FORCE_WORDS } from "@ghrunners/core/vocabulary/safety";
import { maintenanceOf, type Maintenance } from "@ghrunners/failover/choice/maintenance";
import { WrongUse } from "../command";

/** A runner of the stack, as GitHub and its host show it. */
export interface RunnerView {
  readonly name: string;
  readonly role: string;
  /** Problems in either view; empty: it is healthy by both. */
  readonly problems: readonly string[];
}

export interface MaintenanceRequest {
  readonly runner: string;
  readonly seconds: number;
  readonly reason: string;
  readonly by: string;
  /** Moves the end of a maintenance that is on to a later time. */
  readonly extend: boolean;
  /** Sentence that allows it although no other runner is healthy. */
  readonly force: string | undefined;
}

export type Decision =
  | { readonly kind: "refuse"; readonly why: string }
  /** `isNew` false: it is already in maintenance, and only the remaining steps of the start are done. */
  | { readonly kind: "start"; readonly entry: Maintenance; readonly isNew: boolean };

/** The runner with this name or role. @throws WrongUse that lists the known runners */
export function runnerMeant<R extends { readonly name: string; readonly role: string }>(
  runners: readonly R[],
  given: string,
): R {
  const found = runners.filter(({ name, role }) => name === given || role === given);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = runners.map(({ name, role }) => `${name} (${role})`).join(", ");
  throw new WrongUse(`"${given}" names ${found.length} runners. Expected one of: ${known}.`);
}

/**
 * @param entries the runners in maintenance now, including those of other stacks
 * @param now start of the duration, for a new maintenance
 */
export function decide(
  wish: MaintenanceRequest,
  runners: readonly RunnerView[],
  entries: readonly Maintenance[],
  now: Date,
): Decision {
  const old = maintenanceOf(entries, wish.runner);
  const until = new Date(now.getTime() + wish.seconds * 1000).toISOString();
  if (old !== undefined && old.reason === wish.reason && !wish.extend)
    return { kind: "start", entry: old, isNew: false };
  const others = runners
    .filter(({ name }) => name !== wish.runner)
    .map((runner) => {
      const away = maintenanceOf(entries, runner.name);
      return away === undefined
        ? runner
        : { ...runner, problems: [`in maintenance until ${away.until}`, ...runner.problems] };
    });
  const entry = { name: wish.runner, until, reason: wish.reason, by: wish.by };
  if (others.some(({ problems }) => problems.length === 0) || wish.force === FORCE_WORDS)
    return { kind: "start", entry, isNew: true };
  const said = others.map(({ name, problems }) => `${name}: ${problems.join(", ")}`).join("; ") || "there is none";
  return {
    kind: "refuse",
    why:
      `${wish.runner} stays in service: no other runner is healthy (${said}). Expected one that both GitHub and its host ` +
      `show as healthy. Next: ghrunners status, then repair that one; or override with --force "${FORCE_WORDS}"`,
  };
}

/** The entries, with this one replacing its runner's entry. */
export const withEntry = (entries: readonly Maintenance[], entry: Maintenance): Maintenance[] => [
  ...without(entries, [entry.name]),
  entry,
];

/** The entries without those of the given runners. */
export function without(entries: readonly Maintenance[], names: readonly string[]): Maintenance[] {
  const away = new Set(names.map((name) => name.toLowerCase()));
  return entries.filter(({ name }) => !away.has(name.toLowerCase()));
}
