/** The agent's commands. Each begins from what is on the disk, so any of them may follow a crash. */
import { createHash } from "node:crypto";
import { createWriteStream, renameSync, rmSync } from "node:fs";
import type { Readable } from "node:stream";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { grant, renew as renewed } from "../protocol/lease";
import type { Request } from "../protocol/request";
import { acquire, authorised, retry, type Failure } from "../protocol/transaction";
import { drive, underLease, type Agent } from "./drive";
import { writeMetrics, type Records } from "./history";
import type { Journal } from "./journal";
import { prepareFolders } from "./preflight";
import { openDeployment, records, type OpenDeployment } from "./queries";
import { RefusedError } from "./refused";
import { removeDurably } from "./store";

/** Takes the lock. A transaction whose deployer is gone is brought to its end first. */
export async function begin(agent: Agent, request: Request): Promise<{ token: number }> {
  const { store, clock } = agent;
  let last = store.readJournal();
  if (last !== undefined && !last.transaction.released) {
    const held = openDeployment(agent, last);
    if (held?.lease === "expired" && held.outcome !== "rollback_failed") last = await carryOn(agent, last);
  }
  const transaction = acquire(
    last?.transaction,
    request.steps.map(({ kind }) => (kind === "expand" ? "forward-only" : "undoable")),
  );
  if (transaction === "held") throw new RefusedError(heldBy(openDeployment(agent, last)));
  prepareFolders({ folders: store.folders });
  store.markOpen();
  store.writeLease(
    grant(transaction.token, clock.moment(), request.limits.leaseSeconds * 1000, request.limits.totalSeconds * 1000),
  );
  const journal: Journal = { transaction, request, startedAt: clock.wall(), captured: null, timeline: [] };
  store.writeJournal(journal);
  writeMetrics(store.folders, journal, "held");
  return { token: transaction.token };
}

/** Why nobody can begin now, while another process of the agent is at work. @throws RefusedError always */
export function held(agent: Agent): never {
  const open = openDeployment(agent, agent.store.readJournal());
  throw new RefusedError(
    open === null ? "The target ends its last deployment. Next: the same command again" : heldBy(open),
  );
}

function heldBy(open: OpenDeployment | null): string {
  if (open?.outcome === "rollback_failed") {
    return (
      `Deployment ${open.id} could not be undone, and its lock is kept so that nobody deploys over it. ` +
      `Next: look at its incident record, mend the target, then npm run deploy -- --version V --retry-rollback`
    );
  }
  return (
    `Deployment ${open?.id} of version ${open?.version} by ${open?.owner} holds the lock since ${open?.startedAt}. ` +
    `Expected a free target. Next: wait for its end, then the same command again`
  );
}

function openJournal(agent: Agent, token: number): Journal {
  const journal = agent.store.readJournal();
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
  try {
    const fresh = createWriteStream(`${file}.new`, { mode: 0o600 });
    // A connection that died says nothing: without the lease's end this would hold the target's lock for hours.
    await underLease(agent, transaction, (signal) => pipeline(content, hashing, fresh, { signal }));
  } catch (error) {
    rmSync(`${file}.new`, { force: true });
    if ((error as Error).name !== "AbortError") throw error;
    throw new Error("The lease expired before the artefact was whole. Expected its sender to renew it meanwhile.");
  }
  const seen = hash.digest("hex");
  if (seen !== artefact.sha256) {
    rmSync(`${file}.new`, { force: true });
    throw new Error(`The artefact arrived with SHA-256 ${seen}, expected ${artefact.sha256}.`);
  }
  renameSync(`${file}.new`, file);
}

/** Carries the open deployment to its end, forward or back. */
export async function run(agent: Agent, token: number, abort?: string): Promise<Records> {
  const journal = openJournal(agent, token);
  const failure: Failure | undefined = abort === undefined ? undefined : { code: "interrupted", detail: abort };
  return recordsOf(agent, await carryOn(agent, journal, failure));
}

/** @throws RefusedError when the lease has expired: an expired one never comes back */
export function renew(agent: Agent, token: number): OpenDeployment {
  const journal = agent.store.readJournal();
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
  return openDeployment(agent, agent.store.readJournal());
}

/** The guard's command: brings a deployment to its end whose deployer is gone. */
export async function watch(agent: Agent): Promise<string> {
  const journal = agent.store.readJournal();
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
  const journal = agent.store.readJournal();
  const again = journal === undefined ? undefined : retry(journal.transaction);
  if (journal === undefined || again === undefined || again === journal.transaction)
    throw new RefusedError("No failed rollback waits for another try on this target.");
  const retried = { ...journal, transaction: again };
  agent.store.markOpen();
  agent.store.writeJournal(retried);
  return recordsOf(agent, await carryOn(agent, retried));
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
    removeDurably(`${agent.store.folders.journal}.new`);
    const detail = "The target's disk is full: the journal could not be written.";
    return drive(agent, agent.store.readJournal() ?? journal, { code: "interrupted", detail });
  }
}
