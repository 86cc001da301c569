/**
 * Judges what was seen at Proxmox VE and GitHub before anything is created. Pure.
 */
import type { VmConfig } from "@ghrunners/core/proxmox/answers";
import { isCustomCpuType, USUAL_CPU_TYPE } from "@ghrunners/core/proxmox/cpu-type";
import { nextStep } from "@ghrunners/policy/guard";
import { judgeVisibility } from "@ghrunners/policy/guards/repository-private";
import { settingOf } from "./settings-of";
import type { PreflightInputs, TemplateImage } from "./args";
import { imageProblems, templateHolder } from "./judge-image";
import { nodeProblems, oneNodeProblems, placesOf, storageProblems } from "./judge-nodes";
import { bridgePrivilege } from "./bridge-zone";
import { cpuTypeProblems, CUSTOM_CPU_TYPES } from "./judge-cpu-type";
import { templateReasons } from "./judge-template";
import type { Answer, GitHubObservation, PreflightProblem, Privilege, ProxmoxObservation } from "./observation";

/** What the privileges depend on. */
interface PrivilegeScope {
  readonly cpuType?: string | undefined;
  readonly proxmox: Pick<PreflightInputs["proxmox"], "storage" | "bridge" | "pool"> & {
    readonly image?: Pick<TemplateImage, "storage"> | undefined;
    /** Zone of the bridge. Default: that of bridges which are no virtual networks. */
    readonly zone?: string | undefined;
  };
  readonly runners: readonly Pick<PreflightInputs["runners"][number], "vmId" | "templateId" | "node">[];
}

/**
 * Privileges that the program's token needs in Proxmox VE: the only list of them, also for `ghrunners setup proxmox`.
 * Source: API viewer of Proxmox VE 9.
 */
export function requiredPrivileges({ proxmox, runners, cpuType = USUAL_CPU_TYPE }: PrivilegeScope): Privilege[] {
  const forVm = (vmId: number): Privilege[] =>
    (
      [
        ["VM.Allocate", "create and delete the VM"],
        ["VM.Audit", "read the VM's state"],
        ["VM.Config.CPU", "set cores and processor type"],
        ["VM.Config.Memory", "set memory"],
        ["VM.Config.Disk", "size the disk"],
        ["VM.Config.CDROM", "attach the cloud-init drive"],
        ["VM.Config.Cloudinit", "set user, key, address and DNS"],
        ["VM.Config.HWType", "set the SCSI controller and the serial port"],
        ["VM.Config.Network", "attach the network card and set the firewall"],
        ["VM.Config.Options", "set name, tags, agent and start at boot"],
        ["VM.PowerMgmt", "start and stop the VM"],
      ] as const
    ).map(([privilege, reason]) => ({ path: `/vms/${vmId}`, privilege, reason }));
  const templates = [...new Set(runners.map(({ templateId }) => templateId))];
  const nodes = [...new Set(runners.map(({ node }) => node))];
  const { image } = proxmox;
  const forImage: Privilege[] =
    image === undefined
      ? []
      : [
          ...templates.flatMap((templateId) =>
            (
              [
                ["VM.Allocate", "make and delete the template"],
                ["VM.Config.Disk", "import the template's disk"],
                ["VM.Config.CDROM", "attach the template's cloud-init drive"],
                ["VM.Config.HWType", "set the template's SCSI controller and serial port"],
                ["VM.Config.Options", "set the template's name, notes and tags"],
              ] as const
            ).map(([privilege, reason]) => ({ path: `/vms/${templateId}`, privilege, reason })),
          ),
          { path: `/storage/${image.storage}`, privilege: "Datastore.AllocateTemplate", reason: "download the image" },
          { path: `/storage/${image.storage}`, privilege: "Datastore.Audit", reason: "read and import the image" },
          ...nodes.map((node) => ({
            path: `/nodes/${node}`,
            privilege: "Sys.AccessNetwork",
            reason: "let the node download the image",
          })),
        ];
  return [
    ...templates.flatMap((templateId) => [
      { path: `/vms/${templateId}`, privilege: "VM.Clone", reason: "clone the template" },
      { path: `/vms/${templateId}`, privilege: "VM.Audit", reason: "see the template's disk and drives" },
    ]),
    ...forImage,
    ...runners.flatMap(({ vmId }) => forVm(vmId)),
    { path: `/storage/${proxmox.storage}`, privilege: "Datastore.AllocateSpace", reason: "create disks" },
    { path: `/storage/${proxmox.storage}`, privilege: "Datastore.Audit", reason: "read the free space" },
    bridgePrivilege(proxmox.bridge, proxmox.zone),
    // Source: qemu-server, PVE/API2/Qemu.pm, check_cpu_model_access.
    ...(isCustomCpuType(cpuType) ? [CUSTOM_CPU_TYPES] : []),
    ...(proxmox.pool === undefined
      ? []
      : [
          { path: `/pool/${proxmox.pool}`, privilege: "Pool.Audit", reason: "see the pool" },
          { path: `/pool/${proxmox.pool}`, privilege: "VM.Allocate", reason: "put the VM into the pool" },
        ]),
  ];
}

/** One line for each missing privilege, listing all VMs it is missing on. */
function privilegeProblems(missing: readonly Privilege[]): PreflightProblem[] {
  const groups = new Map<string, { privilege: Privilege; paths: string[] }>();
  for (const privilege of missing) {
    const key = `${privilege.privilege} ${privilege.reason}`;
    const group = groups.get(key) ?? { privilege, paths: [] };
    group.paths.push(privilege.path);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ privilege: { privilege, reason }, paths }) => ({
    setting: "proxmox",
    reason:
      `the API token lacks ${privilege} on ${paths.join(", ")} (needed to ${reason}). ` +
      `Next: ghrunners setup proxmox prints the role for the node, or add ${privilege} to the token's role in Datacenter > Permissions, and to its user's: with privilege separation a token has what both have`,
  }));
}

function vmProblems(inputs: PreflightInputs, seen: ProxmoxObservation): PreflightProblem[] {
  if ("error" in seen.guests) return [{ setting: "proxmox", reason: seen.guests.error }];
  const guests = seen.guests.value;
  const problems = oneNodeProblems(inputs, seen.nodes);
  for (const { node, templateId, setting, templateSetting } of placesOf(inputs)) {
    problems.push(...nodeProblems(node, setting, seen.nodes));
    const { image } = inputs.proxmox;
    if (image !== undefined) {
      const holder = templateHolder({ node, templateId }, image, guests, seen.configs);
      problems.push(...imageProblems({ node, templateId }, image, holder, guests, seen.images.get(node)));
      if (holder !== "complete") continue;
    }
    const source = { node, templateId, diskGiB: inputs.diskGiB, setting: templateSetting };
    for (const reason of templateReasons(source, guests, seen.configs.get(templateId)))
      problems.push({ setting: templateSetting, reason });
  }
  for (const [index, { name, vmId, address }] of inputs.runners.entries()) {
    const own = settingOf(inputs, index);
    const mark = inputs.ownershipMarks[name] ?? "";
    const isOurs = (id: number): boolean => seen.configs.get(id)?.description?.trim() === mark;
    const holder = guests.find((guest) => guest.vmid === vmId);
    if (holder !== undefined && !isOurs(vmId)) {
      problems.push({
        setting: `${own}.vmId`,
        reason: `VMID ${vmId} of ${name} is used by ${holder.name} on node ${holder.node}. Expected a free one. Next: pulumi config set --path 'ghrunners:${own}.vmId' VMID`,
      });
    }
    const kindOf = (id: number): string =>
      guests.find((guest) => guest.vmid === id)?.type === "lxc" ? "container" : "VM";
    const nameOf = (id: number): string => guests.find((guest) => guest.vmid === id)?.name || "unnamed";
    const known: string[] = [];
    for (const [id, config] of seen.configs) {
      if (id === vmId || !usesAddress(config, address)) continue;
      known.push(address);
      problems.push({
        setting: `${own}.address`,
        reason: `address ${address} of ${name} is in use by ${kindOf(id)} ${id} (${nameOf(id)}). Expected a free one. Next: pulumi config set --path 'ghrunners:${own}.address' ADDRESS`,
      });
    }
    if (seen.answering.includes(address) && known.length === 0) {
      problems.push({
        setting: `${own}.address`,
        reason: `a machine answers at ${address}, the address of ${name}, whose VM does not exist yet. Expected a free one. Next: pulumi config set --path 'ghrunners:${own}.address' ADDRESS, or switch that machine off`,
      });
    }
  }
  return problems;
}

/** Whether a VM's cloud-init settings, or a container's cards, give it this address. */
function usesAddress(config: VmConfig, address: string): boolean {
  return Object.entries(config).some(
    ([key, value]) =>
      /^(ipconfig|net)\d+$/.test(key) &&
      typeof value === "string" &&
      new RegExp(`(^|,)ip=${address.replace(/\./g, "\\.")}(/|,|$)`).test(value),
  );
}

function firewallProblems(inputs: PreflightInputs, { firewall }: ProxmoxObservation): PreflightProblem[] {
  if ("error" in firewall) return [{ setting: "proxmox", reason: firewall.error }];
  if (!inputs.requireFirewall || firewall.value !== false) return [];
  return [
    {
      setting: "network.requireFirewall",
      reason:
        "the firewall of Proxmox VE is off for the datacenter, so the rules of the VMs have no effect and jobs would reach the whole network. " +
        "Expected it on. Next: on the node, pvesh set /cluster/firewall/options --enable 1 (docs/reference/security.md shows how not to lock yourself out), " +
        "or to do without it: pulumi config set --path 'ghrunners:network.requireFirewall' false",
    },
  ];
}

/** @param known names of the stack's existing runners, which may be online */
export function judgeGitHub(
  inputs: PreflightInputs,
  seen: GitHubObservation,
  known: readonly string[],
): PreflightProblem[] {
  const failed = (look: Answer<unknown>): PreflightProblem[] =>
    "error" in look ? [{ setting: "github", reason: look.error }] : [];
  const problems = [
    ...failed(seen.repository),
    ...failed(seen.runners),
    ...failed(seen.registration),
    ...failed(seen.workflow),
  ];
  // The REST API accepts any case and follows a rename, but the hook compares with GitHub's own spelling.
  const { repository: named } = inputs.github;
  if ("value" in seen.repository && seen.repository.value.fullName !== named) {
    const { fullName } = seen.repository.value;
    problems.push({
      setting: "github.repository",
      reason: `seen ${named}, expected ${fullName}, as GitHub spells it: the runners refuse jobs if the spelling differs or the repository was renamed. Next: pulumi config set --path 'ghrunners:github.repository' ${fullName}`,
    });
  }
  if ("value" in seen.repository && !inputs.publicAllowed) {
    const repository = { name: inputs.github.repository, public: !seen.repository.value.private };
    for (const violation of judgeVisibility(repository)) {
      problems.push({ setting: "github.repository", reason: `${violation} ${nextStep("repository-private")}` });
    }
  }
  if ("value" in seen.runners) {
    for (const runner of seen.runners.value) {
      if (!runner.online || known.includes(runner.name)) continue;
      problems.push({
        setting: `${settingOf(
          inputs,
          inputs.runners.findIndex(({ name }) => name === runner.name),
        )}.name`,
        reason: `a runner named ${runner.name} (id ${runner.id}) is online at GitHub already. Expected a free name. Next: remove it there, or choose another name`,
      });
    }
  }
  // Every call reports the same refusal of a token; show it once.
  return problems.filter((problem, index) => problems.findIndex(({ reason }) => reason === problem.reason) === index);
}

export function judgeProxmox(inputs: PreflightInputs, seen: ProxmoxObservation): PreflightProblem[] {
  const problems = [
    ...vmProblems(inputs, seen),
    ...storageProblems(inputs, seen),
    ...cpuTypeProblems(inputs, seen),
    ...firewallProblems(inputs, seen),
  ];
  if ("error" in seen.missingPrivileges) problems.push({ setting: "proxmox", reason: seen.missingPrivileges.error });
  else problems.push(...privilegeProblems(seen.missingPrivileges.value));
  return problems.filter((problem, index) => problems.findIndex(({ reason }) => reason === problem.reason) === index);
}
