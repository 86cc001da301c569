/** Makes a failure small: faults and orders are left out one by one, for as long as it still fails. */
import type { RunPlan } from "./plan";
import type { RunResult, Simulation } from "./run";

export interface SmallestFailure {
  readonly seed: number;
  /** What is left of the run's plan. */
  readonly plan: RunPlan;
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

const without = <Item>(items: readonly Item[], index: number): Item[] => items.filter((_, at) => at !== index);

/** Every plan with one thing less: later ones first, which are the least likely to matter. */
function smaller(plan: RunPlan): RunPlan[] {
  const { faults, orders } = plan;
  return [
    ...faults.map((_, index) => ({ ...plan, faults: without(faults, faults.length - 1 - index) })),
    ...(orders.length > 1
      ? orders.map((_, index) => ({ ...plan, orders: without(orders, orders.length - 1 - index) }))
      : []),
  ];
}

export async function shrink(simulation: Simulation, plan: RunPlan, found: RunResult): Promise<SmallestFailure> {
  let [best, result] = [plan, found];
  for (let goesOn = true; goesOn;) {
    goesOn = false;
    for (const candidate of smaller(best)) {
      const tried = await simulation.run(candidate);
      if (tried.problems.length === 0) continue;
      [best, result, goesOn] = [candidate, tried, true];
      break;
    }
  }
  return { seed: plan.seed, plan: best, problems: result.problems, trace: result.trace };
}
