/** The records on the target: read for the metrics, written at the end of each deployment. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
import type { Folders } from "./folders";
import type { Journal } from "./journal";
import { currentVersion } from "./steps";
import { writeDurably } from "./store";

/** Older records go: the newest of each kind that are kept. */
const KEPT_RECORDS = 500;

/** Everything that a deployment left to be read. */
export interface Records {
  readonly deployment: DeploymentRecord;
  readonly rollback?: RollbackRecord;
  readonly incident?: IncidentRecord;
  /** Decision of the gate that chose the runner, as it came with the request. */
  readonly gate?: object;
}

const suffixes = {
  deployment: ".json",
  rollback: ".rollback.json",
  incident: ".incident.json",
  gate: ".gate.json",
} as const;

function fileOf(folders: Folders, id: string, kind: keyof typeof suffixes): string {
  return path.join(folders.records, `${id}${suffixes[kind]}`);
}

/** Where {@link ./outbox} keeps what became of an incident. */
export const deliveryFile = (folders: Folders, id: string): string => path.join(folders.records, `${id}.issue.json`);

/** Whether nobody was told of the incident yet. */
const isUnsent = (folders: Folders, { incident }: Records): boolean => {
  if (incident === undefined) return false;
  const file = deliveryFile(folders, incident.deployment);
  return !existsSync(file) || (JSON.parse(readFileSync(file, "utf8")) as { issue: unknown }).issue === null;
};

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
    if (record !== undefined) writeDurably(fileOf(folders, id, kind), JSON.stringify(record, undefined, 2), 0o644);
  }
  return records;
}

export function readRecords(folders: Folders, id: string): Records | undefined {
  const read = (kind: keyof typeof suffixes): unknown => {
    const file = fileOf(folders, id, kind);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
  };
  const deployment = read("deployment");
  if (deployment === undefined) return undefined;
  return { deployment, rollback: read("rollback"), incident: read("incident"), gate: read("gate") } as Records;
}

/** Ids of all recorded deployments, oldest first: an id begins with its time. */
export function recordedIds(folders: Folders): string[] {
  if (!existsSync(folders.records)) return [];
  return readdirSync(folders.records)
    .filter((name) => /^[^.]+\.json$/.test(name))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/** @param lock how the metrics shall show the lock: as it is from now on */
export function writeMetrics(folders: Folders, journal: Journal, lock: "held" | "free"): void {
  const all = recordedIds(folders).flatMap((id) => readRecords(folders, id) ?? []);
  const text = renderMetrics({
    deployments: all.map(({ deployment }) => deployment),
    rollbacks: all.flatMap(({ rollback }) => rollback ?? []),
    unsentIncidents: all.filter((records) => isUnsent(folders, records)).length,
    lockedAt: lock === "held" ? journal.startedAt : null,
    partial: journal.transaction.outcome === "rollback_failed",
    version: currentVersion({ folders, request: journal.request }),
  });
  writeDurably(folders.metrics, text, 0o644);
}

export function pruneRecords(folders: Folders): void {
  for (const id of recordedIds(folders).slice(0, -KEPT_RECORDS)) {
    rmSync(deliveryFile(folders, id), { force: true });
    for (const kind of Object.keys(suffixes) as (keyof typeof suffixes)[])
      rmSync(fileOf(folders, id, kind), { force: true });
    rmSync(path.join(folders.forensics, id), { recursive: true, force: true });
  }
}
