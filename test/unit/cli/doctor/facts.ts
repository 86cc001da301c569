/** DoctorFacts of a stack on which everything works. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { AskedGitHub, DoctorFacts, Fact } from "@ghrunners/cli/doctor/facts";
import type { SeenHost } from "@ghrunners/cli/drift/observation";
import { stackState, type StackState } from "@ghrunners/cli/drift/state";
import { ownershipMark } from "@ghrunners/components/runner/render-vm";
import { parseConfiguration, type Settings } from "@ghrunners/config/parse";
import type { CertificateSeen } from "@ghrunners/core/https/certificate";
import { projectRoot } from "@ghrunners/core/project-root";
import type { VmConfig } from "@ghrunners/core/proxmox/answers";
import { protectionOf } from "@ghrunners/core/github/protection";
import { runnerLabels } from "@ghrunners/core/vocabulary/runner";
import { privateKey } from "../../../support/private-key";

export const at = new Date("2026-11-29T12:00:00Z");
export const inDays = (days: number): number => at.getTime() + days * 24 * 60 * 60 * 1000 + 1000;

/** A certificate of a service, with what is otherwise in this case. */
export const certificateWith = (change: Partial<CertificateSeen>): Fact<CertificateSeen> => ({
  value: { ends: inDays(300), untrusted: undefined, subject: "pve1", issuer: "lab", fingerprint: "AA", ...change },
});

let read: Settings | undefined;

/** Of the lab's stack, which has every part. */
export function settings(): Settings {
  if (read !== undefined) return read;
  const file = path.join(projectRoot, "lab/stacks/Pulumi.lab.yaml");
  const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  const secret: Record<string, string> = {
    proxmoxToken: "pulumi@pve!ghrunners=12345678-1234-1234-1234-123456789012",
    githubToken: "github_token_of_tests",
    exporterToken: "exporter_token_of_tests",
    failoverToken: "failover_token_of_tests",
    sshPrivateKey: privateKey(),
  };
  const hostKey = "ssh-ed25519 AAAA";
  const own = Object.entries(config).filter(([key]) => key.startsWith("ghrunners:"));
  const groups = Object.fromEntries(own.map(([key, value]) => [key.slice("ghrunners:".length), value]));
  groups.targets = (groups.targets as object[]).map((target) => ({ ...target, hostKey }));
  groups.monitoring = { ...(groups.monitoring as object), hostKey };
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  const values = { ...Object.fromEntries(Object.entries(groups).map(([key, value]) => [key, text(value)])), ...secret };
  const result = parseConfiguration({ stack: "lab", values, secrets: Object.keys(secret) });
  if ("problems" in result) throw new Error(JSON.stringify(result.problems));
  return (read = result.settings);
}

const vitals = { clock: at.getTime() / 1000 + 2, disk: 0.3, inodes: 0.1 };

/** A host of the stack, with a runner. */
export const host = (name: string): SeenHost => ({
  name,
  keys: [
    {
      user: "runner",
      file: "/etc/ssh/authorized_keys/runner",
      changedBy: "root",
      key: settings().sshPublicKey.split(" ").slice(0, 2).join(" "),
      comment: "",
    },
  ],
  vitals,
  unit: {
    enabled: "enabled",
    active: "active",
    user: "actions-runner",
    dropIns: [],
    configuration: "",
    writable: "",
    unusable: "",
    words: "",
    hasCredentials: true,
    jobs: 0,
  },
});

/** DEPLOY_RUNNER as the failover switch writes it. */
export const choiceOf = (role: string | null, minutesLeft = 3): string =>
  JSON.stringify({
    labels: role === null ? [] : ["self-hosted", role],
    runner: role,
    name: role === null ? null : `lab-runner-of-${role}`,
    reason: role === null ? "No runner may deploy: both are offline." : "the primary is healthy",
    decidedAt: new Date(at.getTime() - 60_000).toISOString(),
    expiresAt: new Date(at.getTime() + minutesLeft * 60_000).toISOString(),
  });

const node = { node: "pve-lab", template: false, type: "qemu" as const, status: "running" };

/** What pulumi up has made of the runners. */
const stateOf = ({ runners, vm }: Settings): StackState => ({
  ...stackState([]),
  runners: runners.map(({ name, role, address }, id) => ({
    ...{
      name,
      id,
      labels: runnerLabels("lab", role),
      unit: `${name}.service`,
      configuration: undefined,
      version: "2.336.0",
    },
    ...{ machine: `urn:${name}`, host: { host: address, user: vm.user, hostKey: "ssh-ed25519 AAAA" } },
  })),
});

export function healthy(): DoctorFacts &
  Required<Pick<DoctorFacts, "proxmox" | "github" | "monitoring">> & { asked: AskedGitHub } {
  const made = settings();
  const { runners, deployment } = made;
  const asked: AskedGitHub = {
    token: { value: { ends: inDays(60), clock: at.getTime() } },
    tokenAt: at.getTime(),
    otherTokens: {
      exporterToken: { value: { ends: inDays(60), clock: at.getTime() } },
      failoverToken: { value: { ends: undefined, clock: at.getTime() } },
    },
    seen: {
      repository: { value: { private: true, fullName: "octo-org/demo-app" } },
      runners: { value: [] },
      registration: { value: true },
      workflow: { value: true },
    },
    deployment: {
      value: {
        kind: { value: { private: true, owner: "organization", plan: "enterprise", onGitHubCom: true } },
        writers: ["one", "two"],
        reviewers: [{ value: true }],
        permissions: [{ value: true }],
        gate: { value: undefined },
        policy: {
          repository: { value: { enabled: true, allowed: "selected" } },
          organization: { value: { actions: "all", allowed: "all", ownRunners: true } },
        },
      },
    },
    runners: {
      value: runners.map(({ name, role }, index) => ({
        ...{ id: index, name, online: true, busy: false, version: "2.336.0" },
        labels: runnerLabels("lab", role),
      })),
    },
    files: { value: { ".github/workflows/deploy.yml": "a1" } },
    workflows: { value: { needs: {}, unread: [] } },
    machines: { value: {} },
    server: { value: undefined },
    environment: { value: { ...protectionOf(deployment!), reviewerIds: {}, customPolicies: true, policies: [] } },
    choice: { value: choiceOf("primary") },
    maintenance: { value: null },
    pauses: { value: null },
    deadlines: { value: {} },
    repository: { value: undefined },
    scoped: {
      value: {
        variables: [],
        secrets: made.secrets.map(({ name, scope }) => ({ name, scope, updatedAt: "2026-11-20T00:00:00Z" })),
      },
    },
  };
  const certificate = certificateWith({});
  return {
    at,
    hostsAt: at.getTime(),
    checkout: { ".github/workflows/deploy.yml": "a1", ".github/workflows/drift.yml": "b2" },
    own: {
      node: { seen: "24.1.0", needed: "22.12" },
      pulumi: { seen: { value: "3.274.1" }, needed: "3.274.0" },
      stack: { value: "lab" },
      configuration: { value: { settings: made } },
      state: { value: { resources: 73, made: stateOf(made) } },
    },
    proxmox: {
      certificate,
      tokenExpires: { error: "403", status: 403 },
      seen: {
        guests: {
          value: [
            { ...node, vmid: 9000, name: "template", template: true },
            ...runners.map(({ vmId, name }) => ({ ...node, vmid: vmId, name })),
          ],
        },
        nodes: { value: [{ node: "pve-lab", online: true }] },
        firewall: { value: true },
        configs: new Map<number, VmConfig>([
          [9000, { scsi0: "local-lvm:base-9000-disk-0,size=2G", scsihw: "virtio-scsi-pci" }],
          ...runners.map(({ vmId, name }) => [vmId, { description: ownershipMark("lab", name) }] as const),
        ]),
        answering: [],
        cpuTypes: new Map(),
        images: new Map(),
        storages: new Map([
          ["pve-lab", { value: { avail: 2 ** 40, content: "images", active: true, type: "lvmthin" } }],
        ]),
        missingPrivileges: { value: [] },
      },
    },
    github: { certificate, left: { remaining: 4000, limit: 5000, reset: at.getTime() / 1000 + 900 }, asked },
    asked,
    hosts: {
      ...Object.fromEntries(runners.map(({ name }) => [name, { value: host(name) }])),
      app: { value: { name: "app", keys: [], vitals } },
    },
    monitoring: {
      host: { value: { name: "monitoring", keys: [], vitals } },
      certificates: [],
      view: {
        value: {
          prometheus: "http://198.51.100.200:9090",
          targets: [
            { job: "ghrunners-host", instance: "198.51.100.51:9101", subject: "lab-runner", health: "up", error: "" },
          ],
          rules: { groups: 4, rules: 61, broken: [] },
          alerts: [],
          watchdog: true,
        },
      },
      grafana: { value: { answers: true, lacks: [] } },
      gate: {
        value: {
          ...{ stack: "lab", now: at.toISOString(), unit: "active", pause: null, decision: null, toldUntil: null },
          ...{ changes: [], ageSeconds: 1, problems: [], next: null },
        },
      },
      files: undefined,
    },
    targets: [{ target: "app", deployed: true, incidents: [], sending: null, problem: null }],
  };
}
