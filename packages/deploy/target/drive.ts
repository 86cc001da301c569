/** The agent's loop: observe, next, intent durable, effect, result durable. The protocol makes the decisions. */
import { leaseState } from "../protocol/lease";
import {
  begin,
  finish,
  next,
  observe,
  type Action,
  type Failure,
  type TransactionInput,
  type Transaction,
} from "../protocol/transaction";
import type { Clock } from "./clock";
import type { Executor } from "./executor";
import type { Entry, Journal } from "./journal";
import { perform, type ActionResult } from "./perform";
import type { Store } from "./store";

/** Interval of checking the lease while an action runs, milliseconds. */
const LOOK_MS = 200;

export interface Agent {
  readonly store: Store;
  readonly executor: Executor;
  readonly clock: Clock;
}

/** An action that can neither succeed nor be given up now; the timer retries it. */
export class NotNowError extends Error {
  constructor(
    message: string,
    /** Code of a write error, such as ENOSPC for a full disk. */
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/**
 * Carries the transaction as far as it goes.
 * @param abort reason of a requested rollback
 * @throws NotNowError if it cannot even be cleaned up; Error if the journal cannot be written
 */
export async function drive(agent: Agent, journal: Journal, abort?: Failure): Promise<Journal> {
  let at = journal;
  for (;;) {
    const seen = observe(at.transaction, situation(agent, at.transaction, abort));
    const action = next(seen);
    if (action === undefined) return at;
    const intent = { ...at, transaction: begin(seen, action) };
    if (intent.transaction !== at.transaction) agent.store.writeJournal(intent);
    const startedAt = agent.clock.wall();
    const performed = await performWatched(agent, intent, action);
    at = ended(intent, action, performed, { startedAt, endedAt: agent.clock.wall() });
    agent.store.writeJournal(at);
    if (at.transaction.closed) agent.store.clear();
    if (!performed.result.ok && (action.kind === "sweep" || action.kind === "close"))
      throw new NotNowError(`${action.kind} failed: ${performed.result.detail}`, performed.errno);
  }
}

const lease = ({ store, clock }: Agent, { token }: Transaction): "held" | "expired" =>
  leaseState(store.readLease(), token, clock.moment());

/** An unreadable lease counts as expired; the record names the file. */
function situation(agent: Agent, transaction: Transaction, abort?: Failure): TransactionInput {
  const found = agent.store.peekLease();
  if (found.state !== "unreadable") return { lease: lease(agent, transaction), abort };
  const detail = `The lease ${found.file} cannot be read (${found.problem}), so it counts as expired.`;
  return { lease: "expired", abort: abort ?? { code: "lease_expired", detail } };
}

function ended(
  journal: Journal,
  action: Action,
  performed: ActionResult,
  times: Pick<Entry, "startedAt" | "endedAt">,
): Journal {
  const { result, captured, checks } = performed;
  const before = journal.timeline.at(-1);
  const entry: Entry = { action, ...times, ok: result.ok, detail: result.ok ? "" : result.detail, checks };
  return {
    ...journal,
    transaction: finish(journal.transaction, action, result),
    captured: captured ?? journal.captured,
    timeline: isRepeated(before, entry)
      ? [...journal.timeline.slice(0, -1), { ...entry, startedAt: before.startedAt }]
      : [...journal.timeline, entry],
  };
}

/**
 * An action that cannot be done is retried every few seconds, perhaps for days: that is one entry, from the first
 * attempt to the last.
 */
const isRepeated = (before: Entry | undefined, entry: Entry): before is Entry =>
  before !== undefined &&
  !entry.ok &&
  !before.ok &&
  (entry.action.kind === "sweep" || entry.action.kind === "close") &&
  before.action.kind === entry.action.kind &&
  before.detail === entry.detail;

/** During the deployment an action ends with the lease; during a rollback nothing limits it. */
async function performWatched(agent: Agent, journal: Journal, action: Action): Promise<ActionResult> {
  const context = { store: agent.store, executor: agent.executor, now: agent.clock.wall() };
  if (journal.transaction.phase !== "forward" || action.kind === "sweep") return perform(journal, action, context);
  return underLease(agent, journal.transaction, async (signal) => {
    const performed = await perform(journal, action, { ...context, signal });
    if (performed.result.ok || !signal.aborted) return performed;
    return { ...performed, result: { ...performed.result, code: "lease_expired" } };
  });
}

/** Does something that must end with the lease: the signal fires then. */
export async function underLease<Value>(
  agent: Agent,
  transaction: Transaction,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const cut = new AbortController();
  const watch = setInterval(() => {
    if (lease(agent, transaction) === "expired") cut.abort();
  }, LOOK_MS);
  try {
    return await work(cut.signal);
  } finally {
    clearInterval(watch);
  }
}
