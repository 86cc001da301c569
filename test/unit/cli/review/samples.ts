/** Records for the tests of the documents: made by hand, so that a golden file stays as it is. */
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import type {
  DeploymentRecord,
  IncidentRecord,
  RecordedAction,
  RollbackRecord,
} from "@ghrunners/deploy/records/record";
import { computeCriteria } from "@ghrunners/cli/review/criteria";
import type { Evidence } from "@ghrunners/cli/review/evidence";

const check = (name: string, ok: boolean, detail = ""): RecordedAction["checks"][number] => ({
  name,
  category: "backend",
  critical: true,
  ok,
  attempts: ok ? 1 : 3,
  milliseconds: 12,
  detail,
});

const action = (name: string, second: number, more: Partial<RecordedAction> = {}): RecordedAction => ({
  name,
  startedAt: `2026-01-01T10:00:${String(second).padStart(2, "0")}.000Z`,
  seconds: 1.5,
  ok: true,
  detail: "",
  checks: [],
  ...more,
});

const forward = [
  action("preflight", 0, { checks: [check("version", true)] }),
  action("capture", 2),
  action('step "unpack"', 4),
];

export const succeeded: DeploymentRecord = {
  schema: "ghrunners.deployment/1",
  id: "20260101T100000Z-aaaa",
  application: "demo-app",
  environment: "production",
  target: "app",
  version: "2",
  previousVersion: "1",
  owner: "operator@runner-1",
  artefactSha256: "0123456789abcdef".repeat(4),
  token: 7,
  startedAt: "2026-01-01T10:00:00.000Z",
  endedAt: "2026-01-01T10:00:12.000Z",
  durationSeconds: 12,
  outcome: "succeeded",
  failure: null,
  diagnosisSeconds: null,
  actions: [
    ...forward,
    action("health", 6, { checks: [check("health endpoint", true)] }),
    action("smoke", 8),
    action("commit", 10),
  ],
};

const failedCheck = check("health endpoint", false, 'status was "DOWN", expected "UP" | <b>after 3 attempts</b>');
const proof = action("prove", 11, { checks: [check("health endpoint", true)] });
const undone = action('undo "unpack"', 9);

export const rolledBack: DeploymentRecord = {
  ...succeeded,
  run: "https://github.example/octo-org/demo-app/actions/runs/7",
  id: "20260101T110000Z-bbbb",
  version: "3",
  previousVersion: "2",
  token: 8,
  endedAt: "2026-01-01T10:00:13.250Z",
  durationSeconds: 13.25,
  outcome: "rolled_back",
  failure: { code: "health_check", detail: "health endpoint: DOWN" },
  diagnosisSeconds: 8.5,
  actions: [
    ...forward,
    action("health", 6, { ok: false, detail: "health endpoint: DOWN", checks: [failedCheck] }),
    undone,
    proof,
  ],
};

export const rollback: RollbackRecord = {
  schema: "ghrunners.rollback/1",
  deployment: rolledBack.id,
  reason: "health_check",
  from: "3",
  to: "2",
  startedAt: "2026-01-01T10:00:08.500Z",
  endedAt: "2026-01-01T10:00:13.250Z",
  durationSeconds: 4.75,
  proved: true,
  detail: null,
  kept: ["migrate"],
  actions: [undone, proof],
};

export const incident: IncidentRecord = {
  schema: "ghrunners.incident/1",
  deployment: rolledBack.id,
  severity: "warning",
  openedAt: "2026-01-01T10:00:13.250Z",
  environment: "production",
  application: "demo-app",
  target: "app",
  title: "demo-app 3 was rolled back on app (health_check)",
  cause: { code: "health_check", detail: "health endpoint: DOWN" },
  state: "version 2, proved healthy",
  forensics: `/var/lib/ghrunners/forensics/${rolledBack.id}`,
  runbook: "docs/runbooks/deployment-failed.md#deploymentrollbacktriggered",
  next: "Check the failed action in the record, fix the version, deploy again.",
};

export const gate: GateDecision = {
  schema: "ghrunners.gate-decision/1",
  environment: "production",
  decidedAt: "2026-01-01T09:59:30.000Z",
  expiresAt: "2026-01-01T10:04:30.000Z",
  runner: "runner-2",
  role: "secondary",
  labels: ["self-hosted", "production", "secondary"],
  reason: "failover",
  cause: "offline",
  explanation: "runner-2 deploys: primary runner-1: unusable, GitHub shows it offline; secondary runner-2: healthy.",
  runners: [
    { name: "runner-1", role: "primary", grade: "unusable", cause: "offline", reasons: ["GitHub shows it offline"] },
    { name: "runner-2", role: "secondary", grade: "healthy", cause: null, reasons: [] },
  ],
  runbook: null,
};

const criteria = computeCriteria(
  "app",
  [succeeded, rolledBack],
  { files: 9, findings: [] },
  new Date("2026-01-02T00:00:00Z"),
  7,
);

export const ofSuccess: Evidence = { deployment: succeeded, rollback: null, incident: null, gate: null, criteria };
export const ofRollback: Evidence = { deployment: rolledBack, rollback, incident, gate, criteria };
