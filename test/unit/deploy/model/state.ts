import * as real from "@ghrunners/deploy/protocol/transaction";
import type { Action, Failure, StepKind, Transaction } from "@ghrunners/deploy/protocol/transaction";

/** The functions that the agent runs; a mutant replaces one of them. */
export type Protocol = Pick<typeof real, "acquire" | "authorised" | "begin" | "finish" | "next" | "observe" | "retry">;

/** What a step's files, links and units look like. `half`: neither the old nor the new version. */
type Effect = "old" | "half" | "new";

/** Everything that a moment of the whole system consists of. */
export interface ModelState {
  /** The target's disk. */
  readonly transaction: Transaction | null;
  readonly effects: readonly Effect[];
  /**
   * The agent's process, if one runs: its action, whose intent is durable, and whether the effect has begun or ended.
   */
  readonly agent: { readonly action: Action; readonly stage: "intent" | "half" | "done" | "failed" } | null;
  /** Steps (or undos) whose processes outlived a killed agent and are still at work. */
  readonly orphan: Action | null;
  /** The token whose lease is held, 0 for none. */
  readonly lease: number;
  /** Tokens of deployers that were started, with what they still believe: that they hold the lock. */
  readonly deployers: readonly number[];
  /** What may still go wrong, so that the space is finite. */
  readonly crashes: number;
  readonly failures: number;
  readonly begins: number;
  readonly retries: number;
}

export interface ModelBounds {
  readonly steps: readonly StepKind[];
  readonly crashes: number;
  readonly failures: number;
  readonly begins: number;
  readonly retries: number;
}

export const initial = ({ steps, crashes, failures, begins, retries }: ModelBounds): ModelState => ({
  transaction: null,
  effects: steps.map(() => "old"),
  agent: null,
  orphan: null,
  lease: 0,
  deployers: [],
  crashes,
  failures,
  begins,
  retries,
});

export interface ModelStep {
  readonly name: string;
  /** Faults are left out where the question is whether it ends by itself. */
  readonly fault: boolean;
  readonly to: ModelState;
}

/** Words make no difference to what may happen. */
const wordless = (transaction: Transaction): Transaction => ({
  ...transaction,
  failure: transaction.failure === null ? null : { ...transaction.failure, detail: "" },
  undoFailure: null,
});
const place = (effects: readonly Effect[], step: number, effect: Effect): Effect[] =>
  effects.map((old, index) => (index === step ? effect : old));

/** The effect of an action on the target when it is half or wholly done. */
function apply(effects: readonly Effect[], action: Action, half: boolean): readonly Effect[] {
  if (action.kind === "step") return place(effects, action.step, half ? "half" : "new");
  if (action.kind === "undo") return place(effects, action.step, half ? "half" : "old");
  return effects;
}

/** Every move that some part of the system could make from here. */
export function moves(state: ModelState, protocol: Protocol, bounds: ModelBounds): ModelStep[] {
  return [
    ...deployerMoves(state, protocol, bounds),
    ...(state.agent === null ? agentStarts(state, protocol) : agentSteps(state, protocol)),
    ...faults(state),
    ...operatorMoves(state, protocol),
  ];
}

function deployerMoves(state: ModelState, protocol: Protocol, bounds: ModelBounds): ModelStep[] {
  const found: ModelStep[] = [];
  // The agent's lock on its folder: one process at a time looks at the journal.
  if (state.begins > 0 && state.agent === null) {
    const taken = protocol.acquire(state.transaction ?? undefined, bounds.steps);
    if (taken !== "held") {
      found.push({
        name: `deployer ${taken.token} takes the lock`,
        fault: true,
        to: {
          ...state,
          transaction: taken,
          // What the last transaction committed is the old version now; its expanding migrations stay.
          effects: state.effects.map((effect) => (effect === "half" ? "half" : "old")),
          lease: taken.token,
          deployers: [...state.deployers, taken.token],
          begins: state.begins - 1,
        },
      });
    }
  }
  if (state.lease !== 0) found.push({ name: "the lease expires", fault: true, to: { ...state, lease: 0 } });
  return found;
}

/** An agent process starts: called by a deployer with its token, or by the timer once the lease has expired. */
function agentStarts(state: ModelState, protocol: Protocol): ModelStep[] {
  const { transaction } = state;
  if (transaction === null) return [];
  const callers: { name: string; abort?: Failure }[] = state.deployers
    .filter((token) => protocol.authorised(transaction, token))
    .flatMap((token) => [
      { name: `deployer ${token} goes on` },
      { name: `deployer ${token} aborts`, abort: { code: "interrupted" as const, detail: "asked" } },
    ]);
  const lease = state.lease === transaction.token ? "held" : "expired";
  if (lease === "expired") callers.push({ name: "the timer looks" });
  return callers.flatMap(({ name, abort }) => {
    const seen = protocol.observe(transaction, { lease, abort });
    const action = protocol.next(seen);
    if (action === undefined) return [];
    const intent = wordless(protocol.begin(seen, action));
    return [
      {
        name: `${name}: ${describe(action)}`,
        fault: abort !== undefined,
        to: { ...state, transaction: intent, agent: { action, stage: "intent" } },
      },
    ];
  });
}

function agentSteps(state: ModelState, protocol: Protocol): ModelStep[] {
  const { agent, transaction } = state;
  if (agent === null || transaction === null) return [];
  const { action, stage } = agent;
  const named = (name: string, fault: boolean, to: ModelState): ModelStep => ({
    name: `${describe(action)} ${name}`,
    fault,
    to,
  });
  if (stage === "intent" || stage === "half") {
    const canFail = state.failures > 0;
    const failed = { ...state, agent: { action, stage: "failed" as const }, failures: state.failures - 1 };
    const done: ModelState = {
      ...state,
      effects: apply(state.effects, action, false),
      orphan: action.kind === "sweep" ? null : state.orphan,
      agent: { action, stage: "done" },
    };
    const half: ModelState = {
      ...state,
      effects: apply(state.effects, action, true),
      agent: { action, stage: "half" },
    };
    return [
      named("is done", false, done),
      ...(stage === "intent" && (action.kind === "step" || action.kind === "undo")
        ? [named("is half done", false, half)]
        : []),
      ...(canFail ? [named("fails", true, failed)] : []),
    ];
  }
  const result = stage === "done" ? ({ ok: true } as const) : ({ ok: false, detail: "failed" } as const);
  const ended = wordless(protocol.finish(transaction, action, result));
  return [named("ends", false, { ...state, transaction: ended, agent: null })];
}

function faults(state: ModelState): ModelStep[] {
  const found: ModelStep[] = [];
  if (state.crashes > 0) {
    const crashed = { ...state, agent: null, crashes: state.crashes - 1 };
    const { agent } = state;
    if (agent !== null) {
      found.push({ name: "the agent is killed", fault: true, to: crashed });
      if (agent.stage === "half")
        found.push({
          name: "the agent is killed, its child lives on",
          fault: true,
          to: { ...crashed, orphan: agent.action },
        });
    }
    found.push({ name: "the target reboots", fault: true, to: { ...crashed, orphan: null, lease: 0 } });
  }
  if (state.orphan !== null) {
    const to = { ...state, effects: apply(state.effects, state.orphan, false), orphan: null };
    found.push({ name: `left-over ${describe(state.orphan)} finishes`, fault: true, to });
  }
  return found;
}

function operatorMoves(state: ModelState, protocol: Protocol): ModelStep[] {
  const { transaction } = state;
  if (transaction === null || state.agent !== null || state.retries === 0) return [];
  const again = protocol.retry(transaction);
  if (again === transaction) return [];
  return [
    {
      name: "the operator lets it retry",
      fault: true,
      to: { ...state, transaction: again, retries: state.retries - 1 },
    },
  ];
}

function describe(action: Action): string {
  return "step" in action ? `${action.kind} ${action.step}` : action.kind;
}
