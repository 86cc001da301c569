import {
  githubPermissions as permissionsOf,
  organizationPermissions,
  pullRequestPermissions,
} from "@ghrunners/core/vocabulary/github-permissions";

/**
 * Every literal address, number and name of the laboratory. Pure data, and their only source.
 * 198.51.100.0/24 and 203.0.113.0/24 are TEST-NET-2 and 3 (RFC 5737) and exist only inside the lab's own network
 * namespaces.
 */
export const topology = {
  network: { cidr: "198.51.100.0/24", prefixLength: 24, gateway: "198.51.100.1", bridge: "vmbr0" },
  proxmox: {
    address: "198.51.100.1",
    port: 8006,
    node: "pve-lab",
    /** Second node of the cluster, in a blank lab of an organization. */
    otherNode: "pve-lab-2",
    version: "9.1",
    // Room for the benchmark's 200 VMs of 4 GiB, and less than the largest disk the configuration allows.
    storage: { id: "local-lvm", type: "lvmthin", totalBytes: 2 ** 40 },
    template: { vmid: 9000, name: "debian-12-cloud", diskGiB: 2, storage: "local-lvm" },
    tokenId: "pulumi@pve!ghrunners",
  },
  github: {
    address: "198.51.100.2",
    port: 443,
    /** With --owner organization, on Enterprise: its environment has a reviewer. Smaller plans: the fault github-plan. */
    owner: { login: "octo-org", id: 1001, type: "Organization", plan: "enterprise" },
    /** Owner of the repository by default, whose tokens the operator and the exporters use. */
    person: { login: "octocat", id: 1006, type: "User", plan: "pro" },
    operator: { login: "platform-operator", id: 1002 },
    reviewer: { login: "release-reviewer", id: 1003 },
    exporter: { login: "runner-exporter", id: 1004 },
    /**
     * GitHub Apps, each installed on the repository. The switch is always an App; the operator has a token and an App.
     */
    apps: {
      operator: { id: 9001, installationId: 9101, slug: "ghrunners-operator" },
      failover: { id: 9002, installationId: 9102, slug: "failover-switch" },
    },
    repository: { id: 4711, name: "demo-app", private: true, defaultBranch: "main" },
  },
  /** GitHub's hosted machine: beyond the node's network, with a way to GitHub alone. */
  hosted: { address: "203.0.113.2", gateway: "203.0.113.1", prefixLength: 30 },
  /** Machines that exist before the program runs. The numbers are below 100, where Proxmox VE has no VMID. */
  hosts: {
    monitoring: { id: 20, address: "198.51.100.200", mac: "02:00:00:00:01:20", receiverPort: 9095 },
    app: { id: 60, address: "198.51.100.60", mac: "02:00:00:00:01:60" },
  },
  /** Loopback ports on the host, for browser and curl. */
  forwards: { proxmox: 18006, github: 18443, prometheus: 19090, alertmanager: 19093 },
} as const;

/** The role of the operator's API token: what the program needs and nothing else, each with its reason. */
export const operatorPrivileges: readonly { path: string; privileges: readonly string[]; reason: string }[] = [
  {
    path: "/vms",
    privileges: [
      "VM.Audit",
      "VM.Allocate",
      "VM.Clone",
      "VM.Config.CPU",
      "VM.Config.Cloudinit",
      "VM.Config.CDROM",
      "VM.Config.Disk",
      "VM.Config.HWType",
      "VM.Config.Memory",
      "VM.Config.Network",
      "VM.Config.Options",
      "VM.PowerMgmt",
    ],
    reason: "clone the template, configure, start, stop and delete the runners' machines",
  },
  {
    path: "/storage/local-lvm",
    privileges: ["Datastore.Audit", "Datastore.AllocateSpace"],
    reason: "disks and cloud-init drives; free space before a clone",
  },
  { path: "/sdn/zones/localnetwork/vmbr0", privileges: ["SDN.Use"], reason: "attach the NIC to the bridge" },
];

/**
 * What each GitHub token or App may do. A person's token may also see the plan, where GitHub shows it to that person.
 */
export const githubPermissions = {
  operator: { ...permissionsOf.githubToken, ...organizationPermissions.githubToken, plan: "read" },
  /** The lab's repository has the same token as RUNNER_VIEW_TOKEN, which reads variables too. */
  exporter: { ...permissionsOf.exporterToken, ...organizationPermissions.exporterToken, variables: "read" },
  failover: permissionsOf.failoverToken,
  /** A person who approves deployments. */
  reviewer: { metadata: "read", actions: "write" },
  /** A person who pushes commits, also of workflows, and opens pull requests. */
  developer: pullRequestPermissions,
} as const;
