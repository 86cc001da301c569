/** The agent's commands. Each begins from what is on the disk, so any of them may follow a crash. */
import { createHash } from "node:crypto";
import { createWriteStream, renameSync } from "node:fs";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { removeTemporaries, temporaryFor } from "@ghrunners/core/whole-file";
import { grant, renew as renewed } from "../protocol/lease";
import type { Request } from "../protocol/request";
import { acquire, authorised, retry, type Failure, type Transaction } from "../protocol/transaction";
import { withoutSecrets } from "../records/redact";
import { removeDurably } from "./disk";
import { drive, underLease, type Agent } from "./drive";
import { heldBy } from "./held";
import { lastToken, prepareFolders, writeMetrics, type Records } from "./history";
import type { Journal } from "./journal";
import { openDeployment, readJournal, records, repeatedId, show, type OpenDeployment, type Shown } from "./queries";
import { RefusedError } from "./refused";
import { UnreadableJournalError } from "./store";

/** Takes the lock. A transaction whose deployer is gone is brought to its end first. */
export async function begin(agent: Agent, request: Request): Promise<{ token: number }> {
  const { store, clock } = agent;
  let last = readLoudly(agent);
  if (last !== undefined && !last.transaction.released) {
    const held = openDeployment(agent, last);
    if (held?.lease === "expired" && held.outcome !== "rollback_failed") last = await carryOn(agent, last);
  }
  const transaction = acquire(
    last?.transaction ?? before(agent),
    request.steps.map(({ kind }) => (kind === "expand" ? "forward-only" : "undoable")),
  );
  if (transaction === "held") throw new RefusedError(heldBy(openDeployment(agent, last)));
  const repeated = repeatedId(agent, request);
  if (repeated !== undefined) throw new RefusedError(`Nothing was begun: ${repeated}`);
  prepareFolders(store.folders);
  store.markOpen();
  store.writeLease(
    grant(transaction.token, clock.moment(), request.limits.leaseSeconds * 1000, request.limits.totalSeconds * 1000),
  );
  const journal: Journal = {
    schema: "ghrunners.journal/1",
    transaction,
    request,
    startedAt: clock.wall(),
    captured: null,
    timeline: [],
  };
  store.writeJournal(journal);
  writeMetrics(store.folders, { lock: "held", journal });
  return { token: transaction.token };
}

/**
 * Where no journal is left, the records still know the last token that was over. One more may have been given out, to the
 * deployment whose journal is lost: a late deployer's must not come again.
 */
function before({ store }: Agent): Transaction | undefined {
  const token = lastToken(store.folders);
  const never = acquire(undefined, []);
  return token === 0 || never === "held" ? undefined : { ...never, token: token + 1, released: true, closed: true };
}

/** A journal that cannot be used shows in the metrics too: an alert calls somebody. */
function readLoudly(agent: Agent): Journal | undefined {
  try {
    return readJournal(agent);
  } catch (error) {
    if (!(error instanceof UnreadableJournalError)) throw error;
    const { store, clock } = agent;
    const unreadable = { file: error.file, problem: error.message };
    writeMetrics(store.folders, { lock: "unknown", since: store.openSince() ?? clock.wall(), unreadable });
    throw error;
  }
}

/** Refuses while another process of the agent holds the lock, and says which. @throws RefusedError always */
export function held(agent: Agent): never {
  const open = openDeployment(agent, readJournal(agent));
  throw new RefusedError(
    open === null ? "The target ends its last deployment. Next: the same command again" : heldBy(open),
  );
}

function openJournal(agent: Agent, token: number): Journal {
  const journal = readLoudly(agent);
  if (journal === undefined || !authorised(journal.transaction, token))
    throw new RefusedError(
      `The deployment with token ${token} is over, or another one holds the lock. Expected the token of the open one.`,
    );
  return journal;
}

/** Takes the artefact in; only a whole one with the right SHA-256 gets its name. */
export async function put(agent: Agent, token: number, content: Readable): Promise<void> {
  const { transaction, request } = openJournal(agent, token);
  const { artefact } = request;
  const file = agent.store.folders.artefact;
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  removeTemporaries(file);
  const fresh = temporaryFor(file);
  try {
    const into = createWriteStream(fresh, { flags: "wx", mode: 0o600 });
    // A connection that died says nothing: without the lease's end this would hold the target's lock for hours.
    await underLease(agent, transaction, (signal) => pipeline(content, hashing, into, { signal }));
    const seen = hash.digest("hex");
    if (seen !== artefact.sha256)
      throw new Error(`The artefact arrived with SHA-256 ${seen}, expected ${artefact.sha256}.`);
    removeDurably(file);
    renameSync(fresh, file);
  } catch (error) {
    removeDurably(fresh);
    if ((error as Error).name !== "AbortError") throw error;
    throw new Error("The lease expired before the artefact was whole. Expected its sender to renew it meanwhile.");
  }
}

/** Carries the open deployment to its end, forward or back. */
export async function run(agent: Agent, token: number, abort?: string): Promise<Records> {
  const journal = openJournal(agent, token);
  const failure: Failure | undefined =
    abort === undefined ? undefined : { code: "interrupted", detail: withoutSecrets(abort) };
  return recordsOf(agent, await carryOn(agent, journal, failure));
}

/** @throws RefusedError when the lease has expired: an expired one never comes back */
export function renew(agent: Agent, token: number): OpenDeployment {
  const journal = readJournal(agent);
  const open = openDeployment(agent, journal);
  if (journal === undefined || open === null || !authorised(journal.transaction, token))
    throw new RefusedError(`The deployment with token ${token} is over.`);
  const lease = renewed(
    agent.store.readLease(),
    token,
    agent.clock.moment(),
    journal.request.limits.leaseSeconds * 1000,
  );
  if (lease === undefined)
    throw new RefusedError(`The lease of deployment ${open.id} has expired: the target goes back.`);
  agent.store.writeLease(lease);
  return open;
}

/** The deployer gives its lease up: an agent that runs turns back at once. */
export function giveUp(agent: Agent, token: number): OpenDeployment | null {
  if (agent.store.readLease()?.token === token) removeDurably(agent.store.folders.lease);
  return openDeployment(agent, readJournal(agent));
}

/** The guard's command: brings a deployment to its end whose deployer is gone. */
export async function watch(agent: Agent): Promise<string> {
  const journal = readLoudly(agent);
  if (journal === undefined || journal.transaction.closed) {
    agent.store.clear();
    return "No deployment is open.";
  }
  const open = openDeployment(agent, journal);
  if (open?.lease === "held") return `Deployment ${open.id} goes on.`;
  const after = await carryOn(agent, journal);
  return `Deployment ${journal.request.id}: ${after.transaction.outcome}.`;
}

/** An operator lets a failed undo be tried again. */
export async function retryUndo(agent: Agent): Promise<Records> {
  const journal = readLoudly(agent);
  const again = journal === undefined ? undefined : retry(journal.transaction);
  if (journal === undefined || again === undefined || again === journal.transaction)
    throw new RefusedError("No failed rollback waits for another try on this target.");
  const retried = { ...journal, transaction: again };
  agent.store.markOpen();
  agent.store.writeJournal(retried);
  return recordsOf(agent, await carryOn(agent, retried));
}

/** Writes the metrics from what is there now, after somebody mended or moved a file. */
export function measure(agent: Agent): Pick<Shown, "unreadable"> {
  const journal = readLoudly(agent);
  writeMetrics(agent.store.folders, { lock: journal?.transaction.released === false ? "held" : "free", journal });
  return { unreadable: show(agent).unreadable };
}

function recordsOf(agent: Agent, { request }: Journal): Records {
  return records(agent, request.id);
}

/**
 * A journal or a record that cannot be written any more (a full disk) gets the reserve. A deployment that was not committed
 * goes back; one that was comes to its end.
 */
async function carryOn(agent: Agent, journal: Journal, abort?: Failure): Promise<Journal> {
  try {
    return await drive(agent, journal, abort);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    agent.store.releaseReserve();
    removeTemporaries(agent.store.folders.journal);
    const detail = "The target's disk is full: the journal could not be written.";
    return drive(agent, agent.store.readJournal() ?? journal, { code: "interrupted", detail });
  }
}
