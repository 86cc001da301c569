/** What the agent says without changing anything. */
import { leaseState } from "../protocol/lease";
import type { CheckResult, Request } from "../protocol/request";
import type { Outcome } from "../protocol/transaction";
import { nameOf, type DeploymentRecord } from "../records/record";
import { runChecks } from "./checks";
import { releaseFolder, type Context } from "./context";
import type { Agent } from "./drive";
import { readRecords, recordedIds, type Records } from "./history";
import type { Journal } from "./journal";
import { preflight } from "./preflight";
import { RefusedError } from "./refused";
import { scanFolders, type SecretScan } from "./secret-scan";
import { currentVersion, releaseAt } from "./steps";

export interface OpenDeployment {
  readonly id: string;
  readonly owner: string;
  readonly version: string;
  readonly startedAt: string;
  readonly lease: "held" | "expired";
  readonly outcome: Outcome | null;
  /** Names of the actions that ended, oldest first. */
  readonly ended: readonly string[];
  /** The action that runs, or null. */
  readonly running: string | null;
}

export interface Status {
  /** Version that `current` points to, and the artefact it came from. */
  readonly version: string | null;
  readonly sha256: string | null;
  /** The transaction that holds the lock, or null. */
  readonly open: OpenDeployment | null;
}

export function status(agent: Agent, request: Request): Status {
  const { folders } = agent.store;
  const version = currentVersion({ folders, request });
  const release = version === null ? undefined : releaseAt(releaseFolder(contextOf(agent, request), version));
  return { version, sha256: release?.sha256 ?? null, open: openDeployment(agent, agent.store.readJournal()) };
}

/** The transaction that holds the lock, or null. */
export function openDeployment(agent: Agent, journal: Journal | undefined): OpenDeployment | null {
  if (journal === undefined || journal.transaction.released) return null;
  const { request, transaction, startedAt, timeline } = journal;
  return {
    id: request.id,
    owner: request.owner,
    version: request.version,
    startedAt,
    lease: leaseState(agent.store.readLease(), transaction.token, agent.clock.moment()),
    outcome: transaction.outcome,
    ended: timeline.map(({ action, ok }) => `${nameOf(journal, action)}: ${ok ? "ok" : "failed"}`),
    running: transaction.running === null ? null : nameOf(journal, transaction.running),
  };
}

export interface Inspection extends Status {
  readonly checks: readonly CheckResult[];
  /** What would make the deployment fail before its first step. */
  readonly problems: readonly string[];
}

/** Looks and changes nothing. The version that is installed is only asked for its health. */
export async function inspect(agent: Agent, request: Request): Promise<Inspection> {
  const seen = status(agent, request);
  const context = contextOf(agent, request);
  const same = seen.version === request.version && seen.sha256 === request.artefact.sha256;
  const found = same
    ? { checks: await runChecks(context, request.health), problems: [] }
    : await preflight(context, "not yet");
  return { ...seen, ...found };
}

/** One line for each of the last deployments, and the one that is open: what on-call wants to know first. */
export interface Shown {
  readonly open: OpenDeployment | null;
  /** Newest first. */
  readonly last: readonly (Pick<DeploymentRecord, "id" | "version" | "outcome" | "failure" | "durationSeconds"> & {
    readonly seconds: Readonly<Record<string, number>>;
  })[];
}

const SHOWN = 5;

export function show(agent: Agent): Shown {
  const { folders } = agent.store;
  const newest = recordedIds(folders).reverse().slice(0, SHOWN);
  return {
    open: openDeployment(agent, agent.store.readJournal()),
    last: newest.flatMap((id) => {
      const record = readRecords(folders, id)?.deployment;
      if (record === undefined) return [];
      const { version, outcome, failure, durationSeconds, actions } = record;
      const seconds = Object.fromEntries(actions.map((action) => [action.name, action.seconds]));
      return [{ id, version, outcome, failure, durationSeconds, seconds }];
    }),
  };
}

export function records(agent: Agent, id: string): Records {
  const found = readRecords(agent.store.folders, id);
  if (found === undefined) throw new RefusedError(`No deployment "${id}" is recorded on this target.`);
  return found;
}

/** Everything that is recorded on this target, for reviews. */
export interface TargetHistory {
  /** Oldest first. */
  readonly records: readonly Records[];
  /** The transaction that holds the lock, or null. */
  readonly open: OpenDeployment | null;
  /** Secrets in what the deployments left behind (SC-004). */
  readonly secrets: SecretScan;
}

export function history(agent: Agent): TargetHistory {
  const { store } = agent;
  return {
    records: recordedIds(store.folders).flatMap((id) => readRecords(store.folders, id) ?? []),
    open: openDeployment(agent, store.readJournal()),
    secrets: scanFolders([store.folders.records, store.folders.forensics]),
  };
}

/** How a deployment stands, for somebody who follows it. */
export interface Look {
  /** The transaction that holds the lock, whosever it is. */
  readonly open: OpenDeployment | null;
  /** What the deployment with this id left; null while it is not over. */
  readonly records: Records | null;
}

export function look(agent: Agent, id: string): Look {
  const { folders } = agent.store;
  return { open: openDeployment(agent, agent.store.readJournal()), records: readRecords(folders, id) ?? null };
}

function contextOf({ store, executor }: Agent, request: Request): Context {
  const previous = currentVersion({ folders: store.folders, request });
  return { folders: store.folders, executor, request, version: previous, previous };
}
