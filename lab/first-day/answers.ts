/** What a newcomer answers to `ghrunners init` on the first day, as the file answers.yaml. Pure. */
import { OTHER_TEMPLATE } from "../blank";
import { HOST_USER } from "../hosts/cloud-config";
import { type RepositoryOwner, repositoryOf } from "../owner";
import { topology } from "../topology";

/** Where on-call is told of alerts. */
export const ON_CALL_URL = `http://127.0.0.1:${topology.hosts.monitoring.receiverPort}/notifications`;

interface LabAddresses {
  readonly mode: "machines" | "api-only";
  readonly proxmoxEndpoint: string;
  readonly githubUrl: string;
}

const monitoringAnswers = (): Record<string, unknown> => ({
  host: topology.hosts.monitoring.address,
  user: HOST_USER,
  dashboards: false,
  // The lab has no internet, from which Grafana Alloy would come.
  logs: { kind: "journal-upload" },
  alertmanager: { manage: true, onCallUrl: ON_CALL_URL },
});

/** What is added for deployments: the target, the secrets of the jobs, and the repository that one of them is in. */
export const deploymentAnswers = (owner: RepositoryOwner): Record<string, unknown> => ({
  // GitHub does not count a person's approval of their own change.
  repository: { manage: true, ...(owner === "person" ? { requiredApprovals: 0, codeOwners: false } : {}) },
  targets: [{ name: "app", address: topology.hosts.app.address, user: HOST_USER }],
  secrets: [
    {
      name: "DEPLOY_KEY",
      owner: "platform",
      purpose: "SSH to the deployment target",
      source: { kind: "ssh-key", targets: ["app"] },
    },
    {
      name: "RUNNER_VIEW_TOKEN",
      owner: "platform",
      purpose: "lets the runner gate see the runners",
      scope: "repository",
      source: { kind: "config" },
    },
  ],
});

/** The answers as a tree. Keys of hosts are read from the hosts and are not in it. */
export function answersOf(
  owner: RepositoryOwner,
  { mode, proxmoxEndpoint, githubUrl }: LabAddresses,
): Record<string, unknown> {
  const { network, github, proxmox } = topology;
  const second = owner === "organization" ? proxmox.otherNode : undefined;
  const isReviewed = owner === "organization";
  return {
    environment: "production",
    proxmox: {
      endpoint: proxmoxEndpoint,
      ...(second === undefined
        ? {}
        : { node: proxmox.node, templateId: proxmox.template.vmid, templates: { [second]: OTHER_TEMPLATE } }),
    },
    github: { url: githubUrl, repository: repositoryOf(owner).fullName, writeDelayMs: 0 },
    network: { gateway: network.gateway, adminCidr: `${network.gateway}/32` },
    runners: [
      { role: "primary", name: "lab-runner", vmId: 151, address: "198.51.100.51" },
      {
        role: "secondary",
        name: "lab-runner-secondary",
        vmId: 152,
        address: "198.51.100.52",
        ...(second && { node: second }),
      },
    ],
    vm: { cores: 1, memoryMiB: 1024, diskGiB: 4 },
    agent: { allowedRefs: ["refs/heads/main"] },
    deployment: { ...(isReviewed ? { reviewers: [github.reviewer.login] } : {}), branches: ["main"] },
    ...(isReviewed ? {} : { safety: { allowUnreviewedProduction: "deployments to production are not reviewed" } }),
    ...(mode === "machines" ? { monitoring: monitoringAnswers() } : { hosts: "skip" }),
    secretFiles: {
      proxmoxToken: "proxmox-token",
      githubToken: "github-token",
      sshPrivateKey: "ssh-key",
      ...(mode === "machines" ? { exporterToken: "github-exporter-token", failoverToken: "github-failover-app" } : {}),
    },
    workflowsTokenFile: "github-developer-token",
  };
}

/** Number of values in a tree: what a person has to know. */
export function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, each) => sum + countValues(each), 0);
}
