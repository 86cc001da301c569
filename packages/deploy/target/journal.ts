import type { Action, Transaction } from "../protocol/transaction";
import type { CheckResult, Request } from "../protocol/request";

/** What was found before the first step. */
export interface Captured {
  /** Version that `current` points to, null when nothing is installed. */
  readonly version: string | null;
  /** What each step needs to go back, by the step's name. */
  readonly steps: Readonly<Record<string, StepCapture>>;
}

export interface StepCapture {
  /** Target of a link, or null when there was none. */
  readonly link?: string | null;
  /** Name of the captured copy, or null when there was no file. */
  readonly file?: string | null;
  /** Units that were active. */
  readonly active?: readonly string[];
  /** Units that were to start at boot. */
  readonly enabled?: readonly string[];
  /** The folder of the release was there before, with the same artefact. */
  readonly existed?: boolean;
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
  readonly transaction: Transaction;
  readonly request: Request;
  /** RFC 3339; the lock was taken. */
  readonly startedAt: string;
  readonly captured: Captured | null;
  readonly timeline: readonly Entry[];
}
