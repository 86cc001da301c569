/**
 * The deployment protocol as a pure state machine: the durable state of one transaction on one target, which action may
 * come next, and what each result of an action means. The target's agent runs exactly these functions, and the model
 * check in test/unit/deploy/model searches all interleavings of them with crashes, expired leases and competing
 * deployers.
 *
 * The order on the target is always: {@link observe} what changed outside, {@link next} action, make its intent durable
 * ({@link begin}), perform it, make its result durable ({@link finish}).
 */

/**
 * How a transaction ended: the new version is current; the old one was restored and proved healthy; the preflight
 * refused; it was cancelled before any change; the undo itself failed (the lock is kept until an operator acts). The
 * values are the label values of deployment_outcomes_total.
 */
export type Outcome = "succeeded" | "rolled_back" | "refused" | "cancelled" | "rollback_failed";

/** Why it did not succeed: the label values of deployment_failures_total. */
export type FailureCode =
  "preflight" | "step" | "health_check" | "smoke_test" | "lease_expired" | "interrupted" | "rollback";

export interface Failure {
  readonly code: FailureCode;
  /** Text for people: what was seen. */
  readonly detail: string;
}

/** What a step leaves behind when the transaction is undone. `forward-only` steps (expanding migrations) stay. */
export type StepKind = "undoable" | "forward-only";

export type Action =
  /** Ends every process that an interrupted action left running. The first action after a crash. */
  | { readonly kind: "sweep" }
  | { readonly kind: "preflight" }
  | { readonly kind: "capture" }
  | { readonly kind: "step"; readonly step: number }
  | { readonly kind: "health" }
  | { readonly kind: "smoke" }
  /** When its result is durable, the new version is current. */
  | { readonly kind: "commit" }
  | { readonly kind: "undo"; readonly step: number }
  /** Health of the captured version after the undo. */
  | { readonly kind: "prove" }
  /**
   * Writes record, metrics and forensics, and removes temporary files. When its result is durable, the lock is
   * released.
   */
  | { readonly kind: "close" };

/** The durable state of one transaction. */
export interface Transaction {
  /**
   * Fencing token: increases by one with each transaction on this target; every request with a smaller one is refused.
   */
  readonly token: number;
  readonly steps: readonly StepKind[];
  readonly phase: "forward" | "undo" | "over";
  /** Forward: index into {@link forwardActions}. Undo: the step to undo next, -1 when only the proof is left. */
  readonly position: number;
  /** Number of steps whose intent was durable: these may have had an effect. */
  readonly touched: number;
  /** The action whose intent is durable but whose result is not. */
  readonly running: Action | null;
  /** Failures of the current undo action. */
  readonly failures: number;
  /** Why the rollback began. */
  readonly failure: Failure | null;
  /** Why the undo failed; null if it did not. */
  readonly undoFailure: string | null;
  readonly outcome: Outcome | null;
  /** Whether the lock is free. */
  readonly released: boolean;
  /** Whether the end is recorded. After a failed undo the lock is kept nevertheless. */
  readonly closed: boolean;
}

/** What the agent observes outside the transaction before each action. */
export interface TransactionInput {
  /** Whether the deployer still holds its lease. */
  readonly lease: "held" | "expired";
  /** A request to roll back, with its reason. */
  readonly abort?: Failure;
}

/**
 * Result of an action. The code is given only if the kind of action does not determine it: the action was interrupted.
 */
export type Result =
  | { readonly ok: true }
  | { readonly ok: false; readonly detail: string; readonly code?: "lease_expired" | "interrupted" };

/** An undo that failed this often is only retried by an operator. */
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
 * Acquires the lock for a new transaction.
 * @param previous the last transaction on this target, if there was one
 * @returns the new transaction, or `held` if the last one is not released
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

/** Whether the holder of a token may still act: the deployer of an older transaction may not. */
export function authorised(transaction: Transaction, token: number): boolean {
  return transaction.token === token && !transaction.released;
}

/** Begins the rollback: undo if a step was touched, otherwise go straight to the end. */
function turn(transaction: Transaction, failure: Failure): Transaction {
  const base = { ...transaction, running: null, failures: 0, failure };
  return transaction.touched === 0
    ? { ...base, phase: "over", outcome: failure.code === "preflight" ? "refused" : "cancelled" }
    : skipForwardOnly({ ...base, phase: "undo", position: transaction.touched - 1 });
}

/** Applies outside changes: an expired lease or a request to abort begins the rollback. */
export function observe(transaction: Transaction, situation: TransactionInput): Transaction {
  if (transaction.phase !== "forward") return transaction;
  // An interrupted action is swept first, because its processes may still run. The reason for the rollback is kept.
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

/** The next action, or undefined if there is none (released, or a failed undo is recorded). */
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

/** The state with the intent of an action; it must be durable before the action may have any effect. */
export function begin(transaction: Transaction, action: Action): Transaction {
  // The sweep keeps `running`: only its success may clear that.
  if (action.kind === "sweep") return transaction;
  const touched = action.kind === "step" ? action.step + 1 : transaction.touched;
  return { ...transaction, running: action, touched };
}

/** The state after the result of an action. */
export function finish(transaction: Transaction, action: Action, result: Result): Transaction {
  const rested = { ...transaction, running: null };
  switch (action.kind) {
    case "sweep":
      // Unless it is certain that nothing runs any more, do nothing: the next attempt tries again.
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

/** An operator's retry of a failed undo, from where it stopped. */
export function retry(transaction: Transaction): Transaction {
  if (transaction.outcome !== "rollback_failed" || !transaction.closed) return transaction;
  return { ...transaction, undoFailure: null, phase: "undo", outcome: null, closed: false, failures: 0 };
}

function afterSweep(transaction: Transaction): Transaction {
  const rested = { ...transaction, running: null };
  // Before the commit, an interrupted action has an unknown effect, so roll back. An undo, proof or close is simply
  // repeated.
  if (transaction.phase !== "forward") return rested;
  const cutOff = `The agent on the target was interrupted (${transaction.running?.kind}).`;
  return turn(rested, transaction.failure ?? { code: "interrupted", detail: cutOff });
}

/** A forward-only step is not undone, so the rollback skips it. */
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
