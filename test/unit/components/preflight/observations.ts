import type { ClusterGuest } from "@ghrunners/core/proxmox/answers";
import type { GitHubRunner } from "@ghrunners/core/github/runner";
import type { PreflightInputs } from "@ghrunners/components/resources/preflight";
import { judgeGitHub, judgeProxmox } from "@ghrunners/components/preflight/judge";
import type {
  GitHubObservation,
  PreflightProblem,
  ProxmoxObservation,
  StorageSeen,
} from "@ghrunners/components/preflight/observation";

export const GiB = 2 ** 30;

export const inputs: PreflightInputs = {
  stack: "acme",
  proxmox: {
    endpoint: "https://pve.example:8006/",
    node: "pve1",
    templateId: 9000,
    storage: "tank",
    bridge: "vmbr1",
    pool: undefined,
  },
  github: { url: "https://github.com", repository: "octo-org/demo-app" },
  runners: [
    { role: "primary", name: "one", vmId: 151, address: "192.0.2.51", node: "pve1", templateId: 9000 },
    { role: "secondary", name: "two", vmId: 152, address: "192.0.2.52", node: "pve1", templateId: 9000 },
  ],
  environment: "lab",
  leavingProductionAllowed: false,
  oneNodeAllowed: false,
  diskGiB: 10,
  requireFirewall: true,
  ownershipMarks: { one: "ghrunners lab one", two: "ghrunners lab two" },
  version: "2.336.0",
  smokeWorkflow: "runner-smoke.yml",
  publicAllowed: false,
  hosts: true,
  deployment: {
    environment: undefined,
    rules: undefined,
    repositorySecrets: false,
    repositoryVariables: false,
  },
  refusals: [],
};

export const template: ClusterGuest = { vmid: 9000, name: "debian", node: "pve1", template: true, type: "qemu" };
export const guest = (vmid: number, name = "other"): ClusterGuest => ({ ...template, vmid, name, template: false });
/** As the recipe makes it. */
export const good = {
  boot: "order=scsi0",
  scsi0: "tank:base-9000-disk-0,size=10G",
  scsihw: "virtio-scsi-pci",
  ide2: "tank:vm-9000-cloudinit,media=cdrom,size=4M",
};

/** Both services as they should be before the first run. */
export const proxmox: ProxmoxObservation = {
  guests: { value: [template] },
  nodes: { value: [{ node: "pve1", online: true }] },
  firewall: { value: undefined },
  answering: [],
  configs: new Map(),
  storages: new Map([["pve1", { value: { avail: 20 * GiB } }]]),
  missingPrivileges: { value: [] },
  cpuTypes: new Map(),
  images: new Map(),
};
/** The storage as node pve1 sees it. */
export const stored = (storage: StorageSeen): Pick<ProxmoxObservation, "storages"> => ({
  storages: new Map([["pve1", { value: storage }]]),
});
export const github: GitHubObservation = {
  repository: { value: { private: true, fullName: "octo-org/demo-app" } },
  runners: { value: [] },
  registration: { value: true },
  workflow: { value: true },
};
export const online: GitHubRunner = { id: 7, name: "two", online: true, busy: false, labels: [], version: undefined };

export const atProxmox = (seen: Partial<ProxmoxObservation>): PreflightProblem[] =>
  judgeProxmox(inputs, { ...proxmox, ...seen });
export const atGitHub = (seen: Partial<GitHubObservation>, change: Partial<PreflightInputs> = {}): PreflightProblem[] =>
  judgeGitHub({ ...inputs, ...change }, { ...github, ...seen }, []);
export const cloneOnly = { path: "/vms/9000", privilege: "VM.Clone", reason: "clone the template" };
export const memory = (vmId: number): typeof cloneOnly => ({
  path: `/vms/${vmId}`,
  privilege: "VM.Config.Memory",
  reason: "set memory",
});
