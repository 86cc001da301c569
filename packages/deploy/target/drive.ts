/** The agent's loop: observe, next, intent durable, effect, ending durable. Decisions are the protocol's. */
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
import { perform, type Performed } from "./perform";
import type { Store } from "./store";

/** How often the lease is looked at while an action runs. */
const LOOK_MS = 200;

export interface Agent {
  readonly store: Store;
  readonly executor: Executor;
  readonly clock: Clock;
}

/** An action that could neither succeed nor be given up now; the timer tries again. */
export class NotNowError extends Error {
  constructor(
    message: string,
    /** As in the error of a write: ENOSPC for a full disk. */
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/**
 * Carries the transaction as far as it goes.
 * @param abort somebody asks to turn back
 * @throws NotNowError when it cannot even be cleared up; Error when the journal cannot be written
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

/** A lease that cannot be read holds nothing; which file it is stands in the record. */
function situation(agent: Agent, transaction: Transaction, abort?: Failure): TransactionInput {
  const found = agent.store.lookAtLease();
  if (found.state !== "unreadable") return { lease: lease(agent, transaction), abort };
  const detail = `The lease ${found.file} cannot be read (${found.problem}), so it counts as expired.`;
  return { lease: "expired", abort: abort ?? { code: "lease_expired", detail } };
}

function ended(
  journal: Journal,
  action: Action,
  performed: Performed,
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

/** What cannot be done now is tried every few seconds, perhaps for days: it is one entry, from the first try to the last. */
const isRepeated = (before: Entry | undefined, entry: Entry): before is Entry =>
  before !== undefined &&
  !entry.ok &&
  !before.ok &&
  (entry.action.kind === "sweep" || entry.action.kind === "close") &&
  before.action.kind === entry.action.kind &&
  before.detail === entry.detail;

/** On the way forward an action ends when the lease does; on the way back nothing hurries it. */
async function performWatched(agent: Agent, journal: Journal, action: Action): Promise<Performed> {
  const around = { store: agent.store, executor: agent.executor, now: agent.clock.wall() };
  if (journal.transaction.phase !== "forward" || action.kind === "sweep") return perform(journal, action, around);
  return underLease(agent, journal.transaction, async (signal) => {
    const performed = await perform(journal, action, { ...around, signal });
    if (performed.result.ok || !signal.aborted) return performed;
    return { ...performed, result: { ...performed.result, code: "lease_expired" } };
  });
}

/** Does something that must end when the lease does: the signal fires then. */
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
