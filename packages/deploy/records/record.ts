/**
 * What stays of a deployment, as its target saw it. Pure: a journal and the end go in, records come out.
 * The published forms are the JSON schemas beside this file.
 */
import type { Journal, Entry } from "../target/journal";
import type { CheckResult } from "../protocol/request";
import type { Action, Failure, FailureCode, Outcome } from "../protocol/transaction";

export interface RecordedAction {
  /** Such as `preflight`, `step "unpack"`, `undo "unpack"`. */
  readonly name: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly ok: boolean;
  /** What was seen, when it is not ok. */
  readonly detail: string;
  readonly checks: readonly CheckResult[];
}

export interface DeploymentRecord {
  readonly schema: "ghrunners.deployment/1";
  readonly id: string;
  readonly application: string;
  readonly environment: string;
  readonly target: string;
  readonly version: string;
  /** What `current` pointed to before; null when nothing was installed or nobody looked. */
  readonly previousVersion: string | null;
  readonly owner: string;
  /** Address of the workflow run; absent when somebody deployed from another machine than a runner. */
  readonly run?: string;
  readonly artefactSha256: string;
  /** Fencing token: sequence number of the transaction on this target. */
  readonly token: number;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationSeconds: number;
  readonly outcome: Outcome;
  readonly failure: Failure | null;
  /** From the start to the diagnosis (SC-003); null when nothing failed. */
  readonly diagnosisSeconds: number | null;
  readonly actions: readonly RecordedAction[];
}

export interface RollbackRecord {
  readonly schema: "ghrunners.rollback/1";
  readonly deployment: string;
  readonly reason: FailureCode;
  readonly from: string;
  readonly to: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationSeconds: number;
  /** Whether every step was undone and the old version is healthy. */
  readonly proved: boolean;
  /** What could not be undone or is not healthy. */
  readonly detail: string | null;
  /** Forward-only steps that stay: the schema is wider than the version needs. */
  readonly kept: readonly string[];
  readonly actions: readonly RecordedAction[];
}

export interface IncidentRecord {
  readonly schema: "ghrunners.incident/1";
  readonly deployment: string;
  readonly severity: "critical" | "warning";
  readonly openedAt: string;
  readonly environment: string;
  readonly application: string;
  readonly target: string;
  readonly title: string;
  readonly cause: Failure;
  /** What is on the target now, in words. */
  readonly state: string;
  /** Folder on the target with what was seen; null where none was kept, as on a full disk. */
  readonly forensics: string | null;
  readonly runbook: string;
  readonly next: string;
}

const seconds = (from: string, to: string): number => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);

export function nameOf(journal: Journal, action: Action): string {
  if (action.kind !== "step" && action.kind !== "undo") return action.kind;
  return `${action.kind} "${journal.request.steps[action.step]?.name}"`;
}

function recorded(journal: Journal, entry: Entry): RecordedAction {
  const { action, startedAt, endedAt, ok, detail, checks = [] } = entry;
  return { name: nameOf(journal, action), startedAt, seconds: seconds(startedAt, endedAt), ok, detail, checks };
}

/** When the way forward ended: with it the diagnosis was there. */
function turnedAt({ timeline, transaction }: Journal, endedAt: string): string {
  if (transaction.failure === null) return endedAt;
  const failed = timeline.find(({ action, ok }) => !ok || action.kind === "sweep");
  const back = timeline.find(({ action }) => action.kind === "undo" || action.kind === "prove");
  return failed?.endedAt ?? back?.startedAt ?? endedAt;
}

/** @throws Error when the transaction is not over */
export function deploymentRecord(journal: Journal, endedAt: string): DeploymentRecord {
  const { request, transaction, captured, startedAt } = journal;
  if (transaction.outcome === null) throw new Error(`Deployment ${request.id} is not over. Expected an outcome.`);
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

/** @returns undefined when nothing had to be undone */
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

/** @returns undefined for a success, and for a refusal, which touched nothing */
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
      : `${stateOf(journal)} ${transaction.undoFailure ?? ""} The lock is kept, so that nobody deploys over it.`,
    forensics,
    runbook: whole
      ? "docs/runbooks/deployment-failed.md#deploymentrollbacktriggered"
      : "docs/runbooks/deployment-failed.md#deploymentpartialstate",
    next: whole
      ? "Look at the failed action in the record, mend the version, deploy again."
      : "Mend what the state names on the target, then let the target try its undo again: ghrunners deploy --version V --retry-rollback",
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
