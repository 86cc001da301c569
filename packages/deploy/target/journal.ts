import type { Action, Transaction } from "../protocol/transaction";
import type { CheckResult, Request } from "../protocol/request";
import type { PathBefore } from "./path-before";

/** What was found before the first step. */
export interface Captured {
  /** Version that `current` points to, null when nothing is installed. */
  readonly version: string | null;
  /** What each step needs to go back, by the step's name. */
  readonly steps: Readonly<Record<string, StepCapture>>;
}

export interface StepCapture {
  /** What stood at the path that a step of kind file or activate changes. */
  readonly path?: PathBefore;
  /** The folder of the release: not there, there as this artefact leaves it, or there and something else. */
  readonly release?: "none" | "same" | "other";
  /** Folders above the release that were not there. */
  readonly made?: readonly string[];
  /** Units that ran. */
  readonly active?: readonly string[];
  /** Units that were to start at boot. */
  readonly enabled?: readonly string[];
}

/** One ended action, in the order of the endings. */
export interface Entry {
  readonly action: Action;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly checks?: readonly CheckResult[];
}

/** The one durable file of a target: the transaction, and what its actions need and said. */
export interface Journal {
  readonly schema: "ghrunners.journal/1";
  readonly transaction: Transaction;
  readonly request: Request;
  /** RFC 3339; the lock was taken. */
  readonly startedAt: string;
  readonly captured: Captured | null;
  readonly timeline: readonly Entry[];
}
