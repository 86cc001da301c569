/**
 * The records of a deployment, as its target saw it. Pure: made from the journal and the end. The published forms are
 * in ./schemas.
 */
import type { Described } from "@ghrunners/core/schema";
import type {
  deploymentRecordSchema,
  incidentRecordSchema,
  recordedActionSchema,
  rollbackRecordSchema,
} from "./schemas";
import type { Journal, Entry } from "../target/journal";
import type { Action } from "../protocol/transaction";

export type RecordedAction = Described<typeof recordedActionSchema>;

export type DeploymentRecord = Described<typeof deploymentRecordSchema>;

export type RollbackRecord = Described<typeof rollbackRecordSchema>;

export type IncidentRecord = Described<typeof incidentRecordSchema>;

const seconds = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

export function nameOf(journal: Journal, action: Action): string {
  if (action.kind !== "step" && action.kind !== "undo") return action.kind;
  return `${action.kind} "${journal.request.steps[action.step]?.name}"`;
}

function recorded(journal: Journal, entry: Entry): RecordedAction {
  const { action, startedAt, endedAt, ok, detail, checks = [] } = entry;
  return { name: nameOf(journal, action), startedAt, seconds: seconds(startedAt, endedAt), ok, detail, checks };
}

/** When the rollback began: at that time the failure was diagnosed. */
function turnedAt({ timeline, transaction }: Journal, endedAt: string): string {
  if (transaction.failure === null) return endedAt;
  const failed = timeline.find(({ action, ok }) => !ok || action.kind === "sweep");
  const back = timeline.find(({ action }) => action.kind === "undo" || action.kind === "prove");
  return failed?.endedAt ?? back?.startedAt ?? endedAt;
}

/** @throws Error if the transaction has not ended */
export function deploymentRecord(journal: Journal, endedAt: string): DeploymentRecord {
  const { request, transaction, captured, startedAt } = journal;
  if (transaction.outcome === null) throw new Error(`Deployment ${request.id} has not ended. Expected an outcome.`);
  return {
    schema: "ghrunners.deployment/1",
    id: request.id,
    application: request.application,
    environment: request.environment,
    target: request.target,
    version: request.version,
    previousVersion: captured?.version ?? null,
    owner: request.owner,
    run: request.origin?.run,
    artefactSha256: request.artefact.sha256,
    token: transaction.token,
    startedAt,
    endedAt,
    durationSeconds: seconds(startedAt, endedAt),
    outcome: transaction.outcome,
    failure: transaction.failure,
    diagnosisSeconds: transaction.failure === null ? null : seconds(startedAt, turnedAt(journal, endedAt)),
    actions: journal.timeline.map((entry) => recorded(journal, entry)),
  };
}

/** @returns undefined if nothing had to be undone */
export function rollbackRecord(journal: Journal, endedAt: string): RollbackRecord | undefined {
  const { request, transaction, captured } = journal;
  if (transaction.failure === null || transaction.touched === 0) return undefined;
  const startedAt = turnedAt(journal, endedAt);
  const touched = request.steps.slice(0, transaction.touched);
  return {
    schema: "ghrunners.rollback/1",
    deployment: request.id,
    reason: transaction.failure.code,
    from: request.version,
    to: captured?.version ?? null,
    startedAt,
    endedAt,
    durationSeconds: seconds(startedAt, endedAt),
    proved: transaction.outcome === "rolled_back",
    detail: transaction.undoFailure,
    kept: touched.filter(({ kind }) => kind === "expand").map(({ name }) => name),
    actions: journal.timeline
      .filter(({ action }) => action.kind === "undo" || action.kind === "prove")
      .map((entry) => recorded(journal, entry)),
  };
}

/** @returns undefined for a success, and for a refusal, which changed nothing */
export function incidentRecord(
  journal: Journal,
  endedAt: string,
  forensics: IncidentRecord["forensics"],
): IncidentRecord | undefined {
  const { request, transaction, captured } = journal;
  const { failure, outcome } = transaction;
  if (failure === null || (outcome !== "rolled_back" && outcome !== "rollback_failed")) return undefined;
  const whole = outcome === "rolled_back";
  const old =
    captured?.version === null ? "nothing installed, as before" : `version ${captured?.version}, proved healthy`;
  return {
    schema: "ghrunners.incident/1",
    deployment: request.id,
    severity: whole ? "warning" : "critical",
    openedAt: endedAt,
    environment: request.environment,
    application: request.application,
    target: request.target,
    title: whole
      ? `${request.application} ${request.version} was rolled back on ${request.target} (${failure.code})`
      : `${request.application} on ${request.target} is between two versions: the rollback of ${request.version} failed`,
    cause: failure,
    state: whole
      ? old
      : `${stateOf(journal)} ${transaction.undoFailure ?? ""} The lock is kept, so that no other deployment can start.`,
    forensics,
    runbook: whole
      ? "docs/runbooks/deployment-failed.md#deploymentrollbacktriggered"
      : "docs/runbooks/deployment-failed.md#deploymentpartialstate",
    next: whole
      ? "Check the failed action in the record, fix the version, deploy again."
      : "Repair on the target what the state names, then make the target retry its undo: ghrunners deploy --version V --retry-rollback",
  };
}

function stateOf({ request, transaction }: Journal): string {
  const name = (index: number): string => `"${request.steps[index]?.name}"`;
  if (transaction.position < 0) return "Every step was undone, but the old version is not healthy.";
  const open = Array.from({ length: transaction.position + 1 }, (_, index) => index)
    .filter((index) => transaction.steps[index] === "undoable")
    .map(name);
  return `Not undone: ${open.join(", ")}.`;
}
