/**
 * The deployment protocol as a pure state machine: what is durable of one transaction on one target, what may
 * happen next, and what each ending of an action means. The target's agent runs exactly these functions, and the
 * model check in test/deploy/model searches every interleaving of them with crashes, expiry and rivals.
 *
 * The order on the target is always: {@link observe} what changed outside, {@link next} action, make its intent
 * durable ({@link begin}), perform it, make its ending durable ({@link finish}).
 */

/**
 * How a transaction ended: the new version counts; the old one was restored and proved healthy; the preflight said no;
 * it was given up before anything was touched; the undo itself failed (the lock stays until an operator has looked).
 * The words are the label values of deployment_outcomes_total.
 */
export type Outcome = "succeeded" | "rolled_back" | "refused" | "cancelled" | "rollback_failed";

/** Why it did not succeed: the label values of deployment_failures_total. */
export type FailureCode =
  "preflight" | "step" | "health_check" | "smoke_test" | "lease_expired" | "interrupted" | "rollback";

export interface Failure {
  readonly code: FailureCode;
  /** In words for people: what was seen. */
  readonly detail: string;
}

/** What a step leaves behind when the transaction is undone. `forward-only` steps (expanding migrations) stay. */
export type StepKind = "undoable" | "forward-only";

export type Action =
  /** Ends every process that a cut-off action left running. Comes first after a crash. */
  | { readonly kind: "sweep" }
  | { readonly kind: "preflight" }
  | { readonly kind: "capture" }
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "health" }
  | { readonly kind: "smoke" }
  /** Its durable ending is the point at which the new version counts. */
  | { readonly kind: "commit" }
  | { readonly kind: "undo"; readonly step: number }
  /** Health of the captured version after the undo. */
  | { readonly kind: "prove" }
  /** Record, metrics, forensics; temporary files go. Its durable ending releases the lock. */
  | { readonly kind: "close" };

/** The durable state of one transaction. */
export interface Transaction {
  /** Fencing token: grows by one with each transaction on this target; a smaller one is refused everything. */
  readonly token: number;
  readonly steps: readonly StepKind[];
  readonly phase: "forward" | "undo" | "over";
  /** Forward: index into {@link forwardActions}. Undo: the step to undo next, -1 when only the proof is left. */
  readonly position: number;
  /** Steps whose intent was ever durable: these may have had an effect. */
  readonly touched: number;
  /** The action whose intent is durable and whose ending is not. */
  readonly running: Action | null;
  /** Failures of the undo action at hand. */
  readonly failures: number;
  /** Why it turned back. */
  readonly failure: Failure | null;
  /** Why the undo failed, when it did. */
  readonly undoFailure: string | null;
  readonly outcome: Outcome | null;
  /** The lock is free. */
  readonly released: boolean;
  /** The ending is recorded. After a failed undo the lock stays all the same. */
  readonly closed: boolean;
}

/** What the agent sees around the transaction before each action. */
export interface TransactionInput {
  /** Whether the deployer still holds its lease. */
  readonly lease: "held" | "expired";
  /** Somebody asks to turn back, and why. */
  readonly abort?: Failure;
}

/** An ending. The code is given only where the kind of the action does not tell it: the action was cut short. */
export type Result =
  | { readonly ok: true }
  | { readonly ok: false; readonly detail: string; readonly code?: "lease_expired" | "interrupted" };

/** An undo that failed this often is not tried again without an operator. */
export const UNDO_ATTEMPTS = 3;

export const forwardActions = (steps: readonly StepKind[]): Action[] => [
  { kind: "preflight" },
  { kind: "capture" },
  ...steps.map((_, step): Action => ({ kind: "step", step })),
  { kind: "health" },
  { kind: "smoke" },
  { kind: "commit" },
];

/**
 * Takes the lock for a new transaction.
 * @param previous the last transaction on this target, if there was one
 * @returns the new transaction, or `held` when the last one is not released
 */
export function acquire(previous: Transaction | undefined, steps: readonly StepKind[]): Transaction | "held" {
  if (previous !== undefined && !previous.released) return "held";
  return {
    token: (previous?.token ?? 0) + 1,
    steps,
    phase: "forward",
    position: 0,
    touched: 0,
    running: null,
    failures: 0,
    failure: null,
    undoFailure: null,
    outcome: null,
    released: false,
    closed: false,
  };
}

/** Whether the holder of a token may still act: a late deployer of an older transaction may not. */
export function authorised(transaction: Transaction, token: number): boolean {
  return transaction.token === token && !transaction.released;
}

/** Turns back: to the undo when a step was touched, straight to the end when nothing was. */
function turn(transaction: Transaction, failure: Failure): Transaction {
  const base = { ...transaction, running: null, failures: 0, failure };
  return transaction.touched === 0
    ? { ...base, phase: "over", outcome: failure.code === "preflight" ? "refused" : "cancelled" }
    : skipForwardOnly({ ...base, phase: "undo", position: transaction.touched - 1 });
}

/** Takes in what changed outside: an expired lease or a wish to abort ends the way forward. */
export function observe(transaction: Transaction, situation: TransactionInput): Transaction {
  if (transaction.phase !== "forward") return transaction;
  // A cut-off action is swept first: its processes may still be at work. Why somebody asks to turn back is kept.
  if (transaction.running !== null) return { ...transaction, failure: situation.abort ?? transaction.failure };
  if (situation.abort !== undefined) return turn(transaction, situation.abort);
  if (situation.lease === "expired") {
    return turn(transaction, {
      code: "lease_expired",
      detail: "The deployer gave its lease up, or was not heard of until it expired.",
    });
  }
  return transaction;
}

/** The one action that is due, or undefined when there is none (released, or a failed undo is recorded). */
export function next(transaction: Transaction): Action | undefined {
  if (transaction.closed) return undefined;
  if (transaction.running !== null) return { kind: "sweep" };
  switch (transaction.phase) {
    case "forward":
      return forwardActions(transaction.steps)[transaction.position];
    case "undo":
      return transaction.position < 0 ? { kind: "prove" } : { kind: "undo", step: transaction.position };
    case "over":
      return { kind: "close" };
  }
}

/** The state with the intent of an action; durable before the action may have any effect. */
export function begin(transaction: Transaction, action: Action): Transaction {
  // The sweep keeps what was running: only its ending may forget that.
  if (action.kind === "sweep") return transaction;
  const touched = action.kind === "step" ? action.step + 1 : transaction.touched;
  return { ...transaction, running: action, touched };
}

/** The state after the ending of an action. */
export function finish(transaction: Transaction, action: Action, result: Result): Transaction {
  const rested = { ...transaction, running: null };
  switch (action.kind) {
    case "sweep":
      // Without certainty that nothing runs any more, nothing is done: the next look tries again.
      return result.ok ? afterSweep(transaction) : transaction;
    case "preflight":
    case "capture":
    case "step":
    case "health":
    case "smoke":
    case "commit":
      if (!result.ok) return turn(rested, { code: result.code ?? failureCodes[action.kind], detail: result.detail });
      if (action.kind === "commit") return { ...rested, phase: "over", outcome: "succeeded" };
      return { ...rested, position: transaction.position + 1 };
    case "undo":
      if (!result.ok) return failedUndo(rested, result.detail);
      return skipForwardOnly({ ...rested, failures: 0, position: action.step - 1 });
    case "prove":
      return result.ok ? { ...rested, phase: "over", outcome: "rolled_back" } : stuck(rested, result.detail);
    case "close":
      if (!result.ok) return rested;
      return { ...rested, closed: true, released: transaction.outcome !== "rollback_failed" };
  }
}

const failureCodes = {
  preflight: "preflight",
  capture: "preflight",
  step: "step",
  health: "health_check",
  smoke: "smoke_test",
  commit: "interrupted",
} as const;

/** An operator lets a stuck undo be tried again, from the place where it stopped. */
export function retry(transaction: Transaction): Transaction {
  if (transaction.outcome !== "rollback_failed" || !transaction.closed) return transaction;
  return { ...transaction, undoFailure: null, phase: "undo", outcome: null, closed: false, failures: 0 };
}

function afterSweep(transaction: Transaction): Transaction {
  const rested = { ...transaction, running: null };
  // On the way forward a cut-off action has an unknown effect: back. An undo, proof or close is simply done again.
  if (transaction.phase !== "forward") return rested;
  const cutOff = `The agent on the target was cut off (${transaction.running?.kind}).`;
  return turn(rested, transaction.failure ?? { code: "interrupted", detail: cutOff });
}

/** What a forward-only step did stays: it is no part of the way back. */
function skipForwardOnly(transaction: Transaction): Transaction {
  let { position } = transaction;
  while (transaction.steps[position] === "forward-only") position -= 1;
  return { ...transaction, position };
}

function failedUndo(transaction: Transaction, detail: string): Transaction {
  const failures = transaction.failures + 1;
  return failures < UNDO_ATTEMPTS ? { ...transaction, failures } : stuck({ ...transaction, failures }, detail);
}

function stuck(transaction: Transaction, undoFailure: string): Transaction {
  return { ...transaction, undoFailure, phase: "over", outcome: "rollback_failed" };
}
