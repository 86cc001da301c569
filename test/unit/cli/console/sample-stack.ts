/** A stack for the tests of the console, in each state that its page knows. */
import {
  loading,
  off,
  failed,
  read,
  snapshotOf,
  type ConsoleSnapshot,
  type Parts,
} from "@ghrunners/cli/console/snapshot";
import { deploymentsOf, type Topology } from "@ghrunners/cli/console/snapshot";
import { pauseSeen } from "@ghrunners/cli/gate/pause";
import { judgeSwitch, type SeenSwitch } from "@ghrunners/cli/gate/view";
import type { MonitoringView } from "@ghrunners/cli/monitoring/collect";
import { judge, type StatusExpectation, type StatusObservation, type StatusReport } from "@ghrunners/cli/status/report";
import type { GateDecision } from "@ghrunners/failover/choice/choose";
import type { OpenDeployment } from "@ghrunners/deploy/target/queries";
import { gate as afterFailover, rolledBack, succeeded } from "../review/samples";

export const at = new Date("2026-01-01T12:00:00Z");

const environment = "production";
const repository = "octo-org/demo-app";
const protection = {
  reviewers: ["octocat"],
  waitMinutes: 0,
  preventSelfReview: true,
  adminsCanBypass: false,
  branches: ["main"],
  tags: [],
};
const labels = (role: string): string[] => ["self-hosted", "linux", "x64", environment, role];
const runners = (["primary", "secondary"] as const).map((role, index) => ({
  name: `runner-${index + 1}`,
  role,
  vmId: 151 + index,
  address: `192.0.2.5${index + 1}`,
}));

export const topology: Topology = {
  proxmox: "https://pve.example.org:8006/",
  github: `https://github.example.org/${repository}`,
  runners: runners.map((runner) => ({ ...runner, node: "pve1" })),
  monitoring: "192.0.2.9",
  targets: [{ name: "app", address: "192.0.2.61" }],
  runbooks: "https://github.example.org/octo-org/demo-app/blob/HEAD/docs/runbooks",
};

const expected: StatusExpectation = {
  ...{ stack: "acme", environment, repository, hosts: "manage", switchLacks: undefined, monitored: true },
  runners: runners.map((runner) => ({ ...runner, labels: labels(runner.role) })),
  githubUrl: "https://github.example.org",
  knownRunners: [],
  deployment: { name: environment, ...protection },
};

const choice = (name: string, role: string): string =>
  JSON.stringify({
    labels: labels(role),
    runner: role,
    name,
    reason: `${name} deploys.`,
    decidedAt: new Date(at.getTime() - 3_000).toISOString(),
    expiresAt: new Date(at.getTime() + 117_000).toISOString(),
  });

const targets: MonitoringView["targets"] = [
  ...runners.map(({ name }) => ({
    job: "ghrunners-runner",
    instance: name,
    subject: name,
    health: "up" as const,
    error: "",
  })),
  { job: "ghrunners-fleet", instance: "monitoring", subject: null, health: "up", error: "" },
];

export const monitoringView: MonitoringView = {
  prometheus: "http://192.0.2.9:9090",
  targets,
  rules: { groups: 4, rules: 40, broken: [] },
  alerts: [],
  watchdog: true,
};

const healthySeen: StatusObservation = {
  vms: runners.map(({ vmId, name }) => ({ vmid: vmId, name, status: "running" })),
  runners: runners.map(({ name, role }, index) => ({
    ...{ id: 7 + index, name, online: true, busy: false, version: "2.336.0", labels: labels(role) },
  })),
  deployment: protection,
  monitoring: monitoringView,
  choice: choice("runner-1", "primary"),
  lastJob: {
    ...{ workflow: "Runner smoke", job: "smoke", runner: "runner-1", status: "completed", conclusion: "success" },
    ...{ seconds: 4, completedAt: "2026-01-01T11:50:00Z", url: `${topology.github}/actions/runs/1/job/2` },
  },
  errors: [],
};

/** The status of the healthy stack, where something else was seen. */
export const statusWith = (seen: Partial<StatusObservation>): StatusReport =>
  judge(expected, { ...healthySeen, ...seen }, at);

const decision: GateDecision = {
  ...afterFailover,
  ...{ runner: "runner-1", role: "primary", reason: "primary_healthy", cause: null },
  explanation: "runner-1 deploys: primary runner-1: healthy.",
  runners: runners.map(({ name, role }) => ({ name, role, grade: "healthy", cause: null, reasons: [] })),
};

const switchOf = (told: GateDecision, changes: readonly GateDecision[]): SeenSwitch => ({
  now: at.toISOString(),
  unit: "active",
  decision: { ...told, decidedAt: new Date(at.getTime() - 3_000).toISOString() },
  toldUntil: new Date(at.getTime() + 117_000).toISOString(),
  changes,
});

const deployed = (open: OpenDeployment | null = null) =>
  deploymentsOf("app", {
    records: [succeeded, rolledBack].map((deployment) => ({ deployment })),
    open,
    secrets: { files: 2, findings: [] },
    unreadable: [],
  });

const notPaused = pauseSeen(undefined, environment, at);

const parts: Parts = {
  status: read(statusWith({}), at),
  gate: read(judgeSwitch("acme", switchOf(decision, [decision]), notPaused), at),
  monitoring: read(monitoringView, at),
  deployments: read([deployed()], at),
};

const snapshot = (changed: Partial<Parts>): ConsoleSnapshot =>
  snapshotOf("acme", { environment, github: { repository } }, topology, { ...parts, ...changed }, at);

/** Everything is as configured. */
export const healthy = snapshot({});

const alert: MonitoringView["alerts"][number] = {
  ...{ name: "RunnerOffline", severity: "critical", component: "runner", role: "primary", runner: "runner-1" },
  ...{ state: "firing", since: "2026-01-01T11:55:00Z", summary: "GitHub shows runner-1 offline" },
  runbook: `${topology.runbooks}/offline-restore.md#runneroffline`,
};

const primaryStopped: MonitoringView = {
  ...monitoringView,
  targets: targets.map((target) =>
    target.subject === "runner-1" ? { ...target, health: "down", error: "no route to host" } : target,
  ),
  alerts: [
    alert,
    {
      ...{ ...alert, name: "Strange", severity: "warning", state: "pending" },
      ...{ summary: "The primary is offline <at GitHub>", runbook: "javascript:alert(1)" },
    },
  ],
};

/** The primary's machine is off; the secondary deploys next. */
export const problem = snapshot({
  status: read(
    judge(
      expected,
      {
        ...healthySeen,
        vms: runners.map(({ vmId, name }, index) => ({
          vmid: vmId,
          name,
          status: index === 0 ? "stopped" : "running",
        })),
        runners: healthySeen.runners?.map((runner) => ({ ...runner, online: runner.name !== "runner-1" })),
        monitoring: primaryStopped,
        choice: choice("runner-2", "secondary"),
      },
      at,
    ),
    at,
  ),
  gate: read(
    judgeSwitch(
      "acme",
      switchOf(afterFailover, [
        { ...decision, decidedAt: "2026-01-01T08:12:10.000Z" },
        { ...afterFailover, decidedAt: "2026-01-01T11:54:30.000Z" },
      ]),
      notPaused,
    ),
    at,
  ),
  monitoring: read(primaryStopped, at),
  deployments: read(
    [
      deployed({
        ...{ id: "20260101T115900Z-cccc", owner: "operator@runner-2", version: "4", startedAt: "2026-01-01T11:59:00Z" },
        ...{ lease: "held", outcome: null, ended: ["preflight: ok"], running: 'step "unpack"' },
      }),
    ],
    at,
  ),
});

/** Nothing answers: the switch and the targets never did, the rest did before. */
export const unknown = snapshot({
  status: read(judge(expected, { errors: ["GitHub cannot be read: fetch failed"] }, at), at),
  gate: failed(loading, "192.0.2.9 does not answer on port 22"),
  monitoring: failed(parts.monitoring, "http://192.0.2.9:9090 does not answer"),
  deployments: read([{ target: "app", problem: "192.0.2.61 does not answer", open: null, deployments: [] }], at),
});

/** The first moment: nothing was read. */
export const beginning = snapshot({ status: loading, gate: loading, monitoring: loading, deployments: loading });

/** A stack that has machines and nothing else. */
export const bare: ConsoleSnapshot = {
  ...snapshot({
    gate: off("The stack acme runs no failover switch"),
    monitoring: off("The stack acme has no monitoring host"),
    deployments: off("The stack acme has no deployment target"),
  }),
  topology: { ...topology, monitoring: null, targets: [] },
};
