/** The agent's commands. Each starts from the state on disk, so any of them can follow a crash. */
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
import { describeLockHolder } from "./lock-holder";
import { lastToken, prepareFolders, writeMetrics, type Records } from "./history";
import type { Journal } from "./journal";
import {
  contextOf,
  openDeployment,
  outdated,
  readJournal,
  records,
  repeatedId,
  show,
  type OldRelease,
  type OpenDeployment,
  type DeploymentSummary,
} from "./queries";
import { RefusedError } from "./refused";
import { pruneReleases } from "./release";
import { UnreadableJournalError } from "./store";

/** Acquires the lock. A transaction whose deployer is gone is ended first. */
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
  if (transaction === "held") throw new RefusedError(describeLockHolder(openDeployment(agent, last)));
  const repeated = repeatedId(agent, request);
  if (repeated !== undefined) throw new RefusedError(`Nothing was started: ${repeated}`);
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
 * If the journal is lost, the records still have the last token of an ended deployment. The lost deployment may have
 * used the next token, and that one must not be issued again.
 */
function before({ store }: Agent): Transaction | undefined {
  const token = lastToken(store.folders);
  const never = acquire(undefined, []);
  return token === 0 || never === "held" ? undefined : { ...never, token: token + 1, released: true, closed: true };
}

/** Also reports an unusable journal in the metrics, so that an alert notifies on-call. */
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

/**
 * Removes the releases that are no longer kept.
 * @throws RefusedError while a deployment is open, which may need them
 */
export function prune(agent: Agent, request: Request): { readonly releases: OldRelease[] } {
  if (agent.store.isOpen()) throw new RefusedError(describeLockHolder(openDeployment(agent, readJournal(agent))));
  const found = outdated(agent, request);
  pruneReleases(contextOf(agent, request));
  return found;
}

/** Refuses while another process of the agent holds the lock, and names the deployment. @throws RefusedError always */
export function held(agent: Agent): never {
  const open = openDeployment(agent, readJournal(agent));
  throw new RefusedError(
    open === null
      ? "The target is ending its last deployment. Next: run the same command again"
      : describeLockHolder(open),
  );
}

function openJournal(agent: Agent, token: number): Journal {
  const journal = readLoudly(agent);
  if (journal === undefined || !authorised(journal.transaction, token))
    throw new RefusedError(
      `The deployment with token ${token} has ended, or another one holds the lock. Expected the token of the open one.`,
    );
  return journal;
}

/** Receives the artefact; only a complete one with the right SHA-256 gets its final name. */
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
    // A dead connection gives no signal: without the lease's limit this would hold the target's lock for hours.
    await underLease(agent, transaction, (signal) => pipeline(content, hashing, into, { signal }));
    const seen = hash.digest("hex");
    if (seen !== artefact.sha256)
      throw new Error(`The artefact arrived with SHA-256 ${seen}, expected ${artefact.sha256}.`);
    removeDurably(file);
    renameSync(fresh, file);
  } catch (error) {
    removeDurably(fresh);
    if ((error as Error).name !== "AbortError") throw error;
    throw new Error(
      "The lease expired before the artefact was complete. Expected its sender to renew it during the transfer.",
    );
  }
}

/** Brings the open deployment to its end, forward or back. */
export async function run(agent: Agent, token: number, abort?: string): Promise<Records> {
  const journal = openJournal(agent, token);
  const failure: Failure | undefined =
    abort === undefined ? undefined : { code: "interrupted", detail: withoutSecrets(abort) };
  return recordsOf(agent, await carryOn(agent, journal, failure));
}

/** @throws RefusedError if the lease has expired: an expired lease cannot be renewed */
export function renew(agent: Agent, token: number): OpenDeployment {
  const { journal, open } = mustBeOpen(agent, token);
  const lease = renewed(
    agent.store.readLease(),
    token,
    agent.clock.moment(),
    journal.request.limits.leaseSeconds * 1000,
  );
  if (lease === undefined)
    throw new RefusedError(`The lease of deployment ${open.id} has expired: the target rolls back.`);
  agent.store.writeLease(lease);
  try {
    return mustBeOpen(agent, token).open;
  } catch (error) {
    // It ended and removed its lease between the two readings: the one just written must not stay behind.
    giveUp(agent, token);
    throw error;
  }
}

/** @throws RefusedError if the deployment with the token has ended */
function mustBeOpen(agent: Agent, token: number): { journal: Journal; open: OpenDeployment } {
  const journal = readJournal(agent);
  const open = openDeployment(agent, journal);
  if (journal === undefined || open === null || !authorised(journal.transaction, token))
    throw new RefusedError(`The deployment with token ${token} has ended.`);
  return { journal, open };
}

/** The deployer gives up its lease: a running agent begins the rollback at once. */
export function giveUp(agent: Agent, token: number): OpenDeployment | null {
  if (agent.store.readLease()?.token === token) removeDurably(agent.store.folders.lease);
  return openDeployment(agent, readJournal(agent));
}

/** The guard's command: ends a deployment whose deployer is gone. */
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

/** An operator's retry of a failed undo. */
export async function retryUndo(agent: Agent): Promise<Records> {
  const journal = readLoudly(agent);
  const again = journal === undefined ? undefined : retry(journal.transaction);
  if (journal === undefined || again === undefined || again === journal.transaction)
    throw new RefusedError("There is no failed rollback to retry on this target.");
  const retried = { ...journal, transaction: again };
  agent.store.markOpen();
  agent.store.writeJournal(retried);
  return recordsOf(agent, await carryOn(agent, retried));
}

/** Writes the metrics from the current files, after an operator repaired or moved one. */
export function measure(agent: Agent): Pick<DeploymentSummary, "unreadable"> {
  const journal = readLoudly(agent);
  writeMetrics(agent.store.folders, { lock: journal?.transaction.released === false ? "held" : "free", journal });
  return { unreadable: show(agent).unreadable };
}

function recordsOf(agent: Agent, { request }: Journal): Records {
  return records(agent, request.id);
}

/**
 * If a journal or record cannot be written (full disk), frees the reserve and tries again. A deployment that was not
 * committed rolls back; a committed one is completed.
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
