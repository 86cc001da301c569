/** The demo application's plan with a place at which a scenario can hold it. Pure. */
import type { PlanInput } from "@ghrunners/deploy/plan/schema";

/** Path of the program that pauses a step. It must outlive a power cut, because the rollback may call it too. */
export const HOLD = "/opt/ghrunners-scenarios/hold.sh";

/**
 * A boundary of a plan: the name of the step after which it is, `capture` before the first one, or a round of checks:
 * `preflight` asks the installed version's health, `health` the new one's, `smoke` comes last.
 */
export type HoldPoint = string;

/** Name of the hold point in the checks of a version of the application. */
export const checksOf = (version: string): string => `checks-${version}`;
export const SMOKE = "smoke";
/** The hold point in a rollback: the undo of the step that holds. */
export const UNDO = "undo";
/** The hold point between two steps. */
export const BETWEEN = "between";

/** Boundaries between the steps of a plan, in order. */
export const boundaries = (plan: PlanInput): HoldPoint[] => ["capture", ...plan.steps.map(({ name }) => name)];

/** @param after boundary at which a holding step is put in; without one only the checks can be held */
export function withHold(plan: PlanInput, after?: HoldPoint): PlanInput {
  const { steps } = plan;
  const index = after === undefined ? -1 : boundaries(plan).indexOf(after);
  const holding: PlanInput["steps"][number] = {
    kind: "command",
    name: "hold",
    run: [HOLD, BETWEEN],
    undo: [HOLD, UNDO],
    limitSeconds: 120,
  };
  const check = { pauseSeconds: 1, limitSeconds: 120 };
  return {
    ...plan,
    steps: index < 0 ? steps : [...steps.slice(0, index), holding, ...steps.slice(index)],
    health: [
      ...plan.health,
      { name: "hold", category: "system", ...check, probe: { kind: "command", run: [HOLD, checksOf("{version}")] } },
    ],
    smoke: [...plan.smoke, { name: "hold", ...check, probe: { kind: "command", run: [HOLD, SMOKE] } }],
  };
}
