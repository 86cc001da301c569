import { initial, moves, type ModelBounds, type Protocol, type ModelState } from "./state";

export interface SearchFinding {
  readonly problem: string;
  /** The moves that led there, in order. */
  readonly path: readonly string[];
}

export interface Searched {
  readonly states: number;
  readonly transitions: number;
  /** The outcomes that were reached: proof that the search went everywhere. */
  readonly outcomes: ReadonlySet<string>;
  readonly finding: SearchFinding | undefined;
}

/** More agent moves than any fault-free way to the end needs. */
const ENOUGH = 60;

/** What must hold in every state. */
function problemOf(state: ModelState): string | undefined {
  const { transaction, effects, orphan } = state;
  if (transaction === null) return undefined;
  const judged = effects.filter((_, step) => transaction.steps[step] === "undoable");
  const all = (effect: string): boolean => judged.every((each) => each === effect);
  if (transaction.outcome === "succeeded" && !effects.every((effect) => effect === "new"))
    return "committed, but not all new";
  if (["rolled_back", "refused", "cancelled"].includes(transaction.outcome ?? "") && !all("old"))
    return `${transaction.outcome}, but not all old`;
  if (transaction.released && orphan !== null) return "released while a left-over process is still at work";
  if (transaction.released && transaction.outcome === "rollback_failed")
    return "released although the state is unknown";
  return undefined;
}

const forward: readonly string[] = ["preflight", "capture", "step", "health", "smoke", "commit"];

/** Between two states: the lock changes hands only when it is free, and tokens only grow. */
function stepProblem(from: ModelState, to: ModelState): string | undefined {
  const [before, after] = [from.transaction, to.transaction];
  const started = from.agent === null ? to.agent?.action : undefined;
  if (started !== undefined && forward.includes(started.kind) && from.lease !== before?.token)
    return "a step forward was begun without the lease";
  if (before === null || after === null || before === after) return undefined;
  if (after.token !== before.token && !before.released) return "the lock was taken while it was held";
  if (after.token < before.token) return "the fencing token went down";
  if (before.outcome === "succeeded" && after.token === before.token && after.outcome !== "succeeded")
    return "a committed deployment was undone";
  return undefined;
}

/** Whether it ends by itself without any further disturbance; `known` holds the states from which it does. */
function endProblem(
  start: ModelState,
  protocol: Protocol,
  bounds: ModelBounds,
  known: Set<string>,
): string | undefined {
  let state: ModelState = { ...start, lease: 0, crashes: 0, failures: 0, begins: 0, retries: 0 };
  const passed: string[] = [];
  for (let count = 0; count < ENOUGH; count += 1) {
    const key = JSON.stringify(state);
    if (known.has(key)) {
      for (const each of passed) known.add(each);
      return undefined;
    }
    const move = moves(state, protocol, bounds).find(({ fault }) => !fault);
    if (move === undefined) {
      const { transaction } = state;
      if (transaction !== null && !transaction.closed)
        return "nothing is due any more, and the transaction is not over";
      for (const each of passed) known.add(each);
      return undefined;
    }
    passed.push(key);
    state = move.to;
  }
  return `not over after ${ENOUGH} moves without any fault`;
}

/** Breadth first, so that a finding has a shortest path. */
export function search(bounds: ModelBounds, protocol: Protocol): Searched {
  const start = initial(bounds);
  const cameFrom = new Map<string, { from: string; move: string } | undefined>([[JSON.stringify(start), undefined]]);
  const queue: ModelState[] = [start];
  const outcomes = new Set<string>();
  const known = new Set<string>();
  let transitions = 0;
  const result = (finding?: SearchFinding): Searched => ({ states: cameFrom.size, transitions, outcomes, finding });
  const pathTo = (key: string, last: string): string[] => {
    const path = [last];
    for (let step = cameFrom.get(key); step !== undefined; step = cameFrom.get(step.from)) path.unshift(step.move);
    return path;
  };
  for (let index = 0; index < queue.length; index += 1) {
    const state = queue[index] as ModelState;
    const key = JSON.stringify(state);
    if (state.transaction?.outcome) outcomes.add(state.transaction.outcome);
    const stuck = endProblem(state, protocol, bounds, known);
    if (stuck !== undefined) return result({ problem: stuck, path: pathTo(key, "(then no disturbance)") });
    for (const { name, to } of moves(state, protocol, bounds)) {
      transitions += 1;
      const problem = stepProblem(state, to) ?? problemOf(to);
      if (problem !== undefined) return result({ problem, path: pathTo(key, name) });
      const toKey = JSON.stringify(to);
      if (cameFrom.has(toKey)) continue;
      cameFrom.set(toKey, { from: key, move: name });
      queue.push(to);
    }
  }
  return result();
}
