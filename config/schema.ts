/**
 * The shape of the configuration: every setting with its meaning, bounds, default and example.
 * docs/reference/configuration.md is produced from here. Checks between settings are in cross-checks.ts.
 */
import { z } from "zod";
import { CREDENTIAL_FORM, isCredential } from "@ghrunners/core/github/credential";
import { MINIMUM_RUNNER_VERSION, RUNNER_USER } from "@ghrunners/core/vocabulary/runner";
import { isRunnerGroupName, RUNNER_GROUP_FORM } from "@ghrunners/core/vocabulary/runner-group";
import { CPU_TYPE_FORM, isCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { TEMPLATE_VMIDS } from "@ghrunners/core/proxmox/image";
import { defaults } from "@ghrunners/components/runner/defaults";
import { deliveryRunner } from "./delivery-runner";
import { deployment } from "./deployment";
import { egress } from "./egress";
import { monitoring } from "./monitoring";
import { parseAddress, parseNarrowCidr } from "@ghrunners/core/vocabulary/ipv4";
import { pinnedArchive } from "./pinned-archive";
import { promotion } from "./promotion";
import { repository } from "./repository";
import { compareVersions } from "@ghrunners/core/vocabulary/version";
import { safety } from "./safety";
import { secretGenerations, secrets, secretValues } from "./secrets";
import { target } from "./targets";
import { text } from "./text";

const address = text("an IPv4 address", (value) => parseAddress(value) !== undefined);
const narrowCidr = text(
  "an IPv4 network in CIDR form of /8 to /32, no bits set below the prefix",
  (value) => parseNarrowCidr(value) !== undefined,
);
const httpsUrl = text("an https URL without path and credentials", /^https:\/\/[^/\s?#@]+\/?$/);
const dnsLabel = text(
  "lower-case letters, digits and inner hyphens, at most 63",
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
);
const label = text("letters, digits, dot, hyphen, underscore, at most 64", /^[A-Za-z0-9._-]{1,64}$/);
const identifier = text("letters, digits, dot, hyphen, underscore", /^[A-Za-z0-9][A-Za-z0-9._-]*$/);
const vmId = z.int().min(100).max(999_999_999);
const releaseVersion = text(
  `a release number, ${MINIMUM_RUNNER_VERSION} or newer`,
  (value) => /^\d+\.\d+\.\d+$/.test(value) && compareVersions(value, MINIMUM_RUNNER_VERSION) >= 0,
);

const image = z.strictObject({
  url: text("an https URL without blanks and credentials", /^https:\/\/[^\s'"@]+$/).meta({
    description:
      "Cloud image of Debian or Ubuntu, qcow2 or raw. Give the URL of one dated build: behind a URL with latest the file changes, and its checksum no longer fits.",
    example: "https://cloud.debian.org/images/cloud/trixie/<build>/debian-13-genericcloud-amd64-<build>.qcow2",
  }),
  checksum: text("128 lower-case hexadecimal digits (SHA-512), or 64 (SHA-256)", /^([0-9a-f]{128}|[0-9a-f]{64})$/).meta(
    {
      description:
        "SHA-512 of the image, from the file SHA512SUMS beside it; SHA-256 where the publisher has SHA256SUMS only, as Ubuntu. Another image replaces the VMs.",
      example: "<128 hexadecimal digits>",
    },
  ),
  storage: identifier.default(defaults.image.storage).meta({
    description: "Storage with the content import that keeps the downloaded image, on every node that is used.",
  }),
  firstVmId: vmId
    .max(999_999_999 - TEMPLATE_VMIDS)
    .default(defaults.image.firstVmId)
    .meta({
      description: `First of ${TEMPLATE_VMIDS} VMIDs; stack, node and image decide which one the template has.`,
    }),
});

const proxmox = z.strictObject({
  endpoint: httpsUrl.meta({
    description: "Proxmox VE API.",
    example: "https://pve.example:8006/",
  }),
  node: dnsLabel.meta({ description: "Node that has the template and on which the VMs are created.", example: "pve1" }),
  templateId: vmId.optional().meta({
    description:
      "VMID of the template: Debian or Ubuntu with cloud-init, its disk on scsi0. Either this or image: with image the program makes the template.",
    example: "9000",
  }),
  image: image.optional().meta({ description: "Cloud image of which the program makes the template on each node." }),
  templates: z.record(dnsLabel, vmId).optional().meta({
    description: "VMIDs of the templates on other nodes, by node. Every node that a runner names needs its own.",
    allowed: "NODE: a VMID",
    example: "9001",
  }),
  storage: identifier
    .default(defaults.proxmox.storage)
    .meta({ description: "Storage for disks and cloud-init drives, on every node that is used." }),
  bridge: identifier
    .default(defaults.proxmox.bridge)
    .meta({ description: "Bridge to which the VMs' network cards are connected." }),
  pool: identifier.optional().meta({ description: "Resource pool for the VMs.", example: "runners" }),
});

const github = z.strictObject({
  url: httpsUrl.default(defaults.githubUrl).meta({
    description: "GitHub, an enterprise with data residency (https://NAME.ghe.com), or a GitHub Enterprise Server.",
  }),
  repository: text(
    "owner/name, without .git",
    (value) => /^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/.test(value) && !value.endsWith(".git"),
  ).meta({ description: "Repository that the runners serve.", example: "octo-org/demo-app" }),
  runnerGroup: text(RUNNER_GROUP_FORM, isRunnerGroupName).optional().meta({
    description:
      "Runner group, if the runners belong to the organization that owns the repository. The program makes it, for this repository only, and refuses one that others may use. Needs GitHub Team or Enterprise. Default: the runners belong to the repository.",
    example: "demo-app-runners",
  }),
  writeDelayMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(1000)
    .meta({ description: "Pause after each write to GitHub, milliseconds. GitHub asks for at least one second." }),
});

const network = z.strictObject({
  gateway: address.meta({ description: "Default gateway of the VMs.", example: "192.168.0.1" }),
  prefixLength: z
    .int()
    .min(8)
    .max(30)
    .default(defaults.network.prefixLength)
    .meta({ description: "Prefix length of the VMs' subnet, bits." }),
  nameservers: z
    .array(address)
    .min(1)
    .optional()
    .meta({ description: "DNS servers. Default: the gateway.", example: "192.168.0.1" }),
  adminCidr: narrowCidr.meta({
    description:
      "Addresses that may connect to the VMs by SSH: the machines that run this program, and the administrators.",
    example: "192.168.0.0/24",
  }),
  egress: z
    .array(egress)
    .default([])
    .meta({ description: "What jobs may reach besides DNS, NTP and TCP 80 and 443: the deployment targets." }),
  closed: z.array(address).default([]).meta({
    description:
      "Hosts on which TCP 80 and 443 are refused too, except what egress allows. The monitoring host, and the host of proxmox.endpoint if that is an address, are always closed.",
    example: "192.168.0.10",
  }),
  requireFirewall: z.boolean().default(defaults.network.requireFirewall).meta({
    description: "Refuse VMs whose firewall has no effect, for example because the datacenter's firewall is off.",
  }),
});

const runner = z.strictObject({
  role: z.enum(["primary", "secondary"]).meta({
    description:
      "Role: exactly one runner is the primary. A secondary is changed first, and takes over when the primary is unusable.",
    example: "primary",
  }),
  name: dnsLabel.meta({ description: "Name of the VM and of the runner.", example: "runner-1" }),
  vmId: vmId.meta({ description: "VMID; choose one that is not used for VMs created by hand.", example: "151" }),
  address: address.meta({ description: "Address of the VM, in the gateway's subnet.", example: "192.168.0.51" }),
  node: dnsLabel.optional().meta({
    description: "Node of the VM. Default: proxmox.node. A change replaces the VM.",
    example: "pve2",
  }),
});

const vm = z.strictObject({
  cores: z.int().min(1).max(64).default(defaults.vm.cores).meta({ description: "CPU cores." }),
  memoryMiB: z.int().min(512).max(262_144).default(defaults.vm.memoryMiB).meta({ description: "Memory, MiB." }),
  diskGiB: z.int().min(4).max(4096).default(defaults.vm.diskGiB).meta({
    description: "Disk, GiB. It can grow, never shrink.",
  }),
  cpuType: text(CPU_TYPE_FORM, isCpuType).default(defaults.vm.cpuType).meta({
    description:
      "Processor type of every VM. Programs with AVX need x86-64-v3 or newer, or host, which lacks nothing that the node has but can move a running VM only between nodes with the same processor. A change restarts the VM.",
    example: "x86-64-v3",
  }),
  user: text(
    "a Unix user name, neither root nor actions-runner",
    (value) => /^[a-z_][a-z0-9_-]{0,31}$/.test(value) && value !== "root" && value !== RUNNER_USER,
  )
    .default(defaults.vm.user)
    .meta({
      description:
        "Administrator user that cloud-init creates; this program logs in as this user. A change replaces the VM.",
    }),
});

const agent = z.strictObject({
  version: releaseVersion.optional().meta({
    description:
      "Runner version to install, at least; a newer version on the host is kept until this is lowered. Default: the proved version with promotion.from, else the newest that GitHub offers when the stack is made; the state then keeps it. The runner does not update itself: raise the version within 30 days of a release.",
    example: "2.336.0",
  }),
  ...pinnedArchive(
    "the URL from the repository's downloads endpoint at GitHub",
    "https://mirror.example/actions-runner-linux-x64-2.336.0.tar.gz",
  ),
  extraLabels: z.array(label).default([]).meta({
    description: "Labels in addition to self-hosted, linux, x64, the environment and the role.",
    example: "gpu",
  }),
  allowedEvents: z
    .array(text("the name of an event", /^[a-z_]+$/))
    .min(1)
    .default(defaults.agent.allowedEvents)
    .meta({ description: "Events whose jobs may run. Pull-request events are refused unless they are listed." }),
  allowedRefs: z
    .array(text("a pattern such as refs/heads/main or refs/tags/v*", /^refs\/[^\s'"]+$/))
    .min(1)
    .default(defaults.agent.allowedRefs)
    .meta({ description: "Refs whose jobs may run; * matches any text.", example: "refs/heads/main" }),
});

const smoke = z.strictObject({
  workflow: text("the name of a file in .github/workflows", /^[A-Za-z0-9._-]+\.ya?ml$/)
    .default(defaults.smoke.workflow)
    .meta({ description: "Workflow with the smoke job, which proves a secondary before the primary is changed." }),
  ref: text("a branch name", /^[^\s~^:?*[\\]+$/)
    .optional()
    .meta({ description: "Branch that has the workflow. Default: the default branch.", example: "main" }),
  timeoutSeconds: z
    .int()
    .min(10)
    .max(3600)
    .default(defaults.smoke.timeoutSeconds)
    .meta({ description: "Time limit of that job, seconds." }),
});

const githubToken = text(CREDENTIAL_FORM, isCredential);

/** Single values that must be stored with --secret. */
export const secretKeys = ["proxmoxToken", "githubToken", "exporterToken", "failoverToken", "sshPrivateKey"] as const;

/** Maps whose values must be stored with --secret. */
export const secretMaps = ["secretValues"] as const;

export const schema = z.strictObject({
  environment: dnsLabel.optional().meta({
    description: "Environment and label of the runners. Default: the name of the stack.",
    example: "production",
  }),
  proxmox,
  proxmoxToken: text("USER@REALM!TOKENID=UUID", /^\S+@\S+![^\s=]+=[A-Za-z0-9-]+$/).meta({
    description: "API token of Proxmox VE.",
    example: "pulumi@pve!ghrunners=<uuid>",
  }),
  github,
  githubToken: githubToken.meta({
    description: "Token of a repository administrator, or a GitHub App. Its permissions: docs/reference/security.md.",
    example: "github_pat_...",
  }),
  exporterToken: githubToken.optional().meta({
    description: "Read-only token of the exporters, or a GitHub App. Its permissions: docs/reference/security.md.",
    example: "github_pat_...",
  }),
  failoverToken: githubToken.optional().meta({
    description:
      "Token of the failover switch, or a GitHub App; without it no runner is chosen and the runner gate refuses. Its permissions: docs/reference/security.md.",
    example: "github_pat_...",
  }),
  sshPrivateKey: text(
    "an OpenSSH private key",
    /^-----BEGIN OPENSSH PRIVATE KEY-----[\s\S]+-----END OPENSSH PRIVATE KEY-----\s*$/,
  ).meta({
    description: "Private key with which this program logs in to the hosts; OpenSSH format, no passphrase.",
    example: "< ~/.ssh/ghrunners",
  }),
  network,
  runners: z.array(runner).min(1).meta({ description: "The runners. Append new ones at the end." }),
  deliveryRunner: deliveryRunner.optional().meta({
    description: "The runner on which the delivery workflows run this program. Without it you bring your own.",
  }),
  vm: vm.prefault({}).meta({ description: "Size and user of every VM." }),
  agent: agent.prefault({}).meta({ description: "GitHub's runner program." }),
  hosts: z.enum(["manage", "skip"]).default("manage").meta({
    description:
      "manage: set up the VMs' operating systems. skip: create VMs only, without any step that needs a running host.",
  }),
  safety: safety.prefault({}).meta({ description: "What is refused, and how long to wait." }),
  deployment: deployment.optional().meta({ description: "The GitHub environment. Without it none is managed." }),
  promotion: promotion.prefault({}).meta({ description: "What must be proved before a change, and where." }),
  repository: repository.prefault({}).meta({ description: "Settings of the whole repository." }),
  monitoring: monitoring.optional().meta({ description: "The Prometheus host. Without it nothing is monitored." }),
  targets: z.array(target).default([]).meta({ description: "Hosts that deployments go to." }),
  secrets,
  secretValues,
  secretGenerations,
  smoke: smoke.prefault({}).meta({ description: "The job that proves a runner." }),
});

/** What the schema accepts, defaults filled in. */
export type ParsedSettings = z.infer<typeof schema>;
