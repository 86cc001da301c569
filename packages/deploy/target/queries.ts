/** The agent's read-only commands. */
import { statSync } from "node:fs";
import path from "node:path";
import { leaseState } from "../protocol/lease";
import type { CheckResult, Request } from "../protocol/request";
import type { Outcome } from "../protocol/transaction";
import { nameOf, type DeploymentRecord } from "../records/record";
import { runChecks } from "./checks";
import { releaseFolder, type Context } from "./context";
import type { Agent } from "./drive";
import { allRecords, readRecords, recordedIds, type Records, type Unreadable } from "./history";
import type { Journal } from "./journal";
import { preflight } from "./preflight";
import { RefusedError } from "./refused";
import { currentVersion, oldReleases, releaseState } from "./release";
import { scanFolders, type SecretScan } from "./secret-scan";
import { UnreadableJournalError } from "./store";

export interface OpenDeployment {
  readonly id: string;
  readonly owner: string;
  readonly version: string;
  readonly startedAt: string;
  readonly lease: "held" | "expired";
  readonly outcome: Outcome | null;
  /** Names of the actions that ended, oldest first. */
  readonly ended: readonly string[];
  /** The running action, or null. */
  readonly running: string | null;
}

export interface Status {
  /** Version that `current` points to, and the artefact it came from. */
  readonly version: string | null;
  readonly sha256: string | null;
  /** Whether the installed release is as its artefact left it; null if no deployment has installed one. */
  readonly release: "whole" | "altered" | "missing" | "foreign" | null;
  /** The transaction that holds the lock, or null. */
  readonly open: OpenDeployment | null;
}

export function status(agent: Agent, request: Request): Status {
  const context = contextOf(agent, request);
  const { version } = context;
  const open = openDeployment(agent, readJournal(agent));
  if (version === null) return { version, sha256: null, release: null, open };
  const found = releaseState(releaseFolder(context, version));
  const sha256 = found.kind === "whole" || found.kind === "altered" ? found.release.sha256 : null;
  return { version, sha256, release: found.kind === "none" ? "missing" : found.kind, open };
}

/** @throws UnreadableJournalError if it cannot be read, or is missing although it must exist */
export function readJournal({ store }: Agent): Journal | undefined {
  const journal = store.readJournal();
  // Only the first deployment may be open without a journal: it marks itself open before it writes one.
  if (journal === undefined && store.isOpen() && recordedIds(store.folders).length > 0)
    throw new UnreadableJournalError(store.folders.journal, "it is missing, and a deployment is open");
  return journal;
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

/** Read-only. The installed version is only checked for its health. */
export async function inspect(agent: Agent, request: Request): Promise<Inspection> {
  const seen = status(agent, request);
  const context = contextOf(agent, request);
  const same = seen.version === request.version && seen.sha256 === request.artefact.sha256 && seen.release === "whole";
  const found = same
    ? { checks: await runChecks(context, request.health), problems: [] }
    : await preflight(context, "not yet");
  const repeated = repeatedId(agent, request);
  return { ...seen, ...found, problems: [...(repeated === undefined ? [] : [repeated]), ...found.problems] };
}

/**
 * Why a deployment cannot have this id, or undefined: records, evidence and incident of a recorded one would be lost.
 */
export function repeatedId({ store }: Agent, { id }: Request): string | undefined {
  const { records, unreadable } = readRecords(store.folders, id);
  if (records === undefined && unreadable.length === 0) return undefined;
  const how = records === undefined ? "" : `: version ${records.deployment.version}, ${records.deployment.outcome}`;
  return `a deployment with the id ${id} is recorded on this target${how}; expected a new id. Next: leave the id out`;
}

/** The last deployments, one line each, and the open one: what on-call needs first. */
export interface DeploymentSummary {
  readonly open: OpenDeployment | null;
  /** Newest first. */
  readonly last: readonly (Pick<DeploymentRecord, "id" | "version" | "outcome" | "failure" | "durationSeconds"> & {
    readonly seconds: Readonly<Record<string, number>>;
  })[];
  /** Files that exist but cannot be read, and so are not counted anywhere. */
  readonly unreadable: readonly Unreadable[];
}

const SHOWN = 5;

export function show(agent: Agent): DeploymentSummary {
  const { folders } = agent.store;
  const { records, unreadable } = allRecords(folders);
  const { open, problems } = openOrProblem(agent);
  return {
    open,
    last: records
      .slice(-SHOWN)
      .reverse()
      .map(({ deployment }) => {
        const { id, version, outcome, failure, durationSeconds, actions } = deployment;
        const seconds = Object.fromEntries(actions.map((action) => [action.name, action.seconds]));
        return { id, version, outcome, failure, durationSeconds, seconds };
      }),
    unreadable: [...problems, ...unreadable],
  };
}

/** For commands that show as much as possible: an unreadable journal is one more finding. */
function openOrProblem(agent: Agent): { open: OpenDeployment | null; problems: Unreadable[] } {
  try {
    return { open: openDeployment(agent, readJournal(agent)), problems: [] };
  } catch (error) {
    if (!(error instanceof UnreadableJournalError)) throw error;
    return { open: null, problems: [{ file: error.file, problem: error.message }] };
  }
}

/** @throws RefusedError if there are none; Error that names the file if it cannot be read */
export function records(agent: Agent, id: string): Records {
  const found = readRecords(agent.store.folders, id);
  if (found.records !== undefined) return found.records;
  const [unreadable] = found.unreadable;
  if (unreadable === undefined) throw new RefusedError(`No deployment "${id}" is recorded on this target.`);
  throw new Error(unreadableWords(unreadable));
}

const unreadableWords = ({ file, problem }: Unreadable): string =>
  `The record ${file} cannot be read: ${problem}. Expected a record of ghrunners. Next: sudo mv ${file} ${file}.broken`;

/** Everything that is recorded on this target, for reviews. */
export interface TargetHistory {
  /** Oldest first. */
  readonly records: readonly Records[];
  /** The transaction that holds the lock, or null. */
  readonly open: OpenDeployment | null;
  /** Secrets in what the deployments left behind (SC-004). */
  readonly secrets: SecretScan;
  readonly unreadable: readonly Unreadable[];
}

export function history(agent: Agent): TargetHistory {
  const { store } = agent;
  const { records: found, unreadable } = allRecords(store.folders);
  const { open, problems } = openOrProblem(agent);
  return {
    records: found,
    open,
    secrets: scanFolders([store.folders.records, store.folders.forensics]),
    unreadable: [...problems, ...unreadable],
  };
}

/** State of a deployment, for a command that follows it. */
export interface DeploymentProgress {
  /** The transaction that holds the lock, also if it is another deployment's. */
  readonly open: OpenDeployment | null;
  /** Records of the deployment with this id; null until it has ended. */
  readonly records: Records | null;
}

/** @throws Error that names the unreadable file that has the answer */
export function deploymentProgress(agent: Agent, id: string): DeploymentProgress {
  const { records: found, unreadable } = readRecords(agent.store.folders, id);
  const open = openDeployment(agent, readJournal(agent));
  const [first] = unreadable;
  if (found === undefined && first !== undefined && open?.id !== id) throw new Error(unreadableWords(first));
  return { open, records: found ?? null };
}

/** A release that is no longer kept. */
export interface OldRelease {
  readonly version: string;
  /** When its folder was last changed, RFC 3339. */
  readonly at: string;
}

/** What {@link prune} would remove. */
export function outdated(agent: Agent, request: Request): { readonly releases: OldRelease[] } {
  const releases = oldReleases(contextOf(agent, request)).map((folder) => ({
    version: path.basename(folder),
    at: statSync(folder).mtime.toISOString(),
  }));
  return { releases };
}

export function contextOf({ store, executor }: Agent, request: Request): Context {
  const previous = currentVersion({ folders: store.folders, request });
  return { folders: store.folders, executor, request, version: previous, previous };
}
