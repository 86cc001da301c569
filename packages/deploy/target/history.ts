/** The records on the target: read for the metrics, written at the end of each deployment. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { renderMetrics } from "../records/exposition";
import {
  deploymentRecord,
  incidentRecord,
  rollbackRecord,
  type DeploymentRecord,
  type IncidentRecord,
  type RollbackRecord,
} from "../records/record";
import { readJson, removeDurably, writeOwn, type FileRead } from "./disk";
import type { Folders } from "./folders";
import { formats, type Delivery } from "./formats";
import type { Journal } from "./journal";
import { currentVersion } from "./release";

/** Number of the newest records of each kind to keep. */
const KEPT_RECORDS = 500;

/** All records of a deployment. */
export interface Records {
  readonly deployment: DeploymentRecord;
  readonly rollback?: RollbackRecord;
  readonly incident?: IncidentRecord;
  /** Decision of the gate that chose the runner, as it came with the request. */
  readonly gate?: object;
}

/** A file of the agent that does not have the expected form. */
export interface Unreadable {
  readonly file: string;
  readonly problem: string;
}

const suffixes = {
  deployment: ".json",
  rollback: ".rollback.json",
  incident: ".incident.json",
  gate: ".gate.json",
} as const;
type Kind = keyof typeof suffixes;

const fileOf = (folders: Folders, id: string, kind: Kind): string =>
  path.join(folders.records, `${id}${suffixes[kind]}`);

/** File in which {@link ./outbox} keeps the delivery of an incident. */
export const deliveryFile = (folders: Folders, id: string): string => path.join(folders.records, `${id}.issue.json`);

const NOBODY: Delivery = { claim: null, issue: null };

/** An unreadable file counts as unsent: a sender searches for the issue before it opens one. */
export function readDelivery(folders: Folders, id: string): { delivery: Delivery; unreadable: Unreadable[] } {
  const found = readJson(deliveryFile(folders, id), formats.delivery);
  if (found.state === "read") return { delivery: found.value, unreadable: [] };
  return { delivery: NOBODY, unreadable: found.state === "missing" ? [] : [found] };
}

/** Makes the folders of records, readable only by root, because they contain output of commands and checks. */
export function prepareFolders(folders: Folders): void {
  for (const folder of [folders.state, folders.captures, folders.records, folders.forensics]) {
    const there = lstatSync(folder, { throwIfNoEntry: false });
    if (there !== undefined && !there.isDirectory() && !existsSync(path.join(folder, ".")))
      throw new Error(`${folder} is not a folder. Expected one, or nothing. Next: sudo mv ${folder} ${folder}.broken`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  }
}

export function writeRecords(folders: Folders, journal: Journal, endedAt: string): Records {
  const { id } = journal.request;
  const forensics = path.join(folders.forensics, id);
  const records: Records = {
    deployment: deploymentRecord(journal, endedAt),
    rollback: rollbackRecord(journal, endedAt),
    incident: incidentRecord(journal, endedAt, existsSync(forensics) ? forensics : null),
    gate: journal.request.origin?.gate,
  };
  for (const kind of ["gate", "rollback", "incident", "deployment"] as const) {
    const record = records[kind];
    if (record !== undefined) writeOwn(fileOf(folders, id, kind), JSON.stringify(record, undefined, 2));
  }
  return records;
}

/** The readable records of a deployment, and the unreadable files. */
export interface RecordsRead {
  /** Absent if the deployment's own record is missing or unreadable. */
  readonly records?: Records;
  readonly unreadable: readonly Unreadable[];
}

export function readRecords(folders: Folders, id: string): RecordsRead {
  const unreadable: Unreadable[] = [];
  const read = <Value>(kind: Kind, parse: (value: unknown) => Value): Value | undefined => {
    const found: FileRead<Value> = readJson(fileOf(folders, id, kind), parse);
    if (found.state === "unreadable") unreadable.push({ file: found.file, problem: found.problem });
    return found.state === "read" ? found.value : undefined;
  };
  const deployment = read("deployment", formats.deployment);
  const rest = {
    rollback: read("rollback", formats.rollback),
    incident: read("incident", formats.incident),
    gate: read("gate", formats.gate),
  };
  return { records: deployment === undefined ? undefined : { deployment, ...rest }, unreadable };
}

/** Ids of all recorded deployments, oldest first: an id begins with its time. */
export function recordedIds(folders: Folders): string[] {
  if (!existsSync(folders.records)) return [];
  return readdirSync(folders.records)
    .filter((name) => /^[^.]+\.json$/.test(name))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/** All readable records, oldest first, and the unreadable files. */
export function allRecords(folders: Folders): { records: Records[]; unreadable: Unreadable[] } {
  const found = recordedIds(folders).map((id) => ({
    ...readRecords(folders, id),
    undelivered: readDelivery(folders, id).unreadable,
  }));
  return {
    records: found.flatMap(({ records }) => records ?? []),
    unreadable: found.flatMap(({ unreadable, undelivered }) => [...unreadable, ...undelivered]),
  };
}

/** The highest fencing token that is recorded: if the journal is lost, the next token is still larger. */
export const lastToken = (folders: Folders): number =>
  Math.max(0, ...allRecords(folders).records.map(({ deployment }) => deployment.token));

/** State of the lock for the metrics; unknown if a file cannot be read. */
export type LockState =
  /** No journal: nothing was ever deployed, or an operator moved it away. */
  | { readonly lock: "held" | "free"; readonly journal: Journal | undefined }
  | { readonly lock: "unknown"; readonly since: string; readonly unreadable: Unreadable };

/** A failure does not stop a deployment, except on a full disk, where the reserve is freed. */
export function writeMetrics(folders: Folders, standing: LockState): void {
  const { records, unreadable } = allRecords(folders);
  const journal = standing.lock === "unknown" ? undefined : standing.journal;
  const isUnsent = ({ incident }: Records): boolean =>
    incident !== undefined && readDelivery(folders, incident.deployment).delivery.issue === null;
  const text = renderMetrics({
    deployments: records.map(({ deployment }) => deployment),
    rollbacks: records.flatMap(({ rollback }) => rollback ?? []),
    unsentIncidents: records.filter(isUnsent).length,
    lockedAt:
      standing.lock === "unknown" ? standing.since : standing.lock === "held" ? (journal?.startedAt ?? null) : null,
    partial: journal?.transaction.outcome === "rollback_failed",
    version: journal === undefined ? null : currentVersion({ folders, request: journal.request }),
    unreadableFiles: unreadable.length + (standing.lock === "unknown" ? 1 : 0),
  });
  try {
    writeOwn(folders.metrics, text, 0o644);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
    // The alert on missing metrics reports this; the deployment itself must go on.
    process.stderr.write(`The metrics ${folders.metrics} cannot be written: ${(error as Error).message}\n`);
  }
}

export function pruneRecords(folders: Folders): void {
  for (const id of recordedIds(folders).slice(0, -KEPT_RECORDS)) {
    rmSync(deliveryFile(folders, id), { recursive: true, force: true });
    for (const kind of Object.keys(suffixes) as Kind[])
      rmSync(fileOf(folders, id, kind), { recursive: true, force: true });
    removeDurably(path.join(folders.forensics, id));
  }
}
