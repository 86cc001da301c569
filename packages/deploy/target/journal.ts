import type { Action, Transaction } from "../protocol/transaction";
import type { CheckResult, Request } from "../protocol/request";
import type { PathBefore } from "./path-before";

/** State found before the first step. */
export interface Captured {
  /** Version that `current` points to, null if nothing is installed. */
  readonly version: string | null;
  /** What each step needs for its undo, by the step's name. */
  readonly steps: Readonly<Record<string, StepCapture>>;
}

export interface StepCapture {
  /** Previous content of the path that a step of kind file or activate changes. */
  readonly path?: PathBefore;
  /** The folder of the release: missing, as this artefact leaves it, or different. */
  readonly release?: "none" | "same" | "other";
  /** Folders above the release that did not exist. */
  readonly made?: readonly string[];
  /** Units that were running. */
  readonly active?: readonly string[];
  /** Units that were enabled at boot. */
  readonly enabled?: readonly string[];
}

/** One ended action; entries are in the order of their end. */
export interface Entry {
  readonly action: Action;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly checks?: readonly CheckResult[];
}

/** The one durable file of a target: the transaction, and the inputs and results of its actions. */
export interface Journal {
  readonly schema: "ghrunners.journal/1";
  readonly transaction: Transaction;
  readonly request: Request;
  /** When the lock was acquired, RFC 3339. */
  readonly startedAt: string;
  readonly captured: Captured | null;
  readonly timeline: readonly Entry[];
}
