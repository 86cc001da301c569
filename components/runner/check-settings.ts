/** Problems of the arguments of runners. Values that are known only later are not checked. Pure. */
import { type ArgumentProblem, forms, isPlain, problemsOf, wholeNumber } from "../arguments";
import type { NetworkArgs, PlacementArgs, VmArgs } from "./machine-settings";
import type { EnvironmentArgs, RunnerIdentityArgs } from "./settings";

/** Problems of one runner. @param at prefix of the paths, such as `runners[0].` */
export function identityProblems(
  { role, node, templateId, ...machine }: RunnerIdentityArgs,
  at = "",
): ArgumentProblem[] {
  return problemsOf({
    [`${at}role`]: [role, forms.role],
    ...machineValues(machine, at),
    [`${at}node?`]: [node, forms.name],
    [`${at}templateId?`]: [templateId, forms.vmId],
  });
}

const machineValues = ({ name, vmId, address }: Pick<RunnerIdentityArgs, "name" | "vmId" | "address">, at: string) =>
  ({
    [`${at}name`]: [name, forms.name],
    [`${at}vmId`]: [vmId, forms.vmId],
    [`${at}address`]: [address, forms.address],
  }) as const;

/** Problems of a machine's arguments. */
export function machineProblems(args: {
  readonly name: string;
  readonly vmId: number;
  readonly address: RunnerIdentityArgs["address"];
  readonly proxmox: PlacementArgs;
  readonly network: NetworkArgs;
  readonly vm?: VmArgs;
  readonly sshPublicKey: unknown;
}): ArgumentProblem[] {
  return [...problemsOf(machineValues(args, "")), ...siteProblems(args)];
}

function siteProblems({
  proxmox,
  network,
  vm = {},
  sshPublicKey,
}: Pick<EnvironmentArgs, "network" | "vm"> & {
  readonly proxmox: PlacementArgs;
  readonly sshPublicKey: unknown;
}): ArgumentProblem[] {
  const nameservers = network.nameservers ?? [];
  const egress = network.egress ?? [];
  const closed = network.closed ?? [];
  return [
    ...problemsOf({
      "proxmox.node": [proxmox.node, forms.name],
      "proxmox.templateId": [proxmox.templateId, forms.vmId],
      "network.gateway": [network.gateway, forms.address],
      "network.prefixLength?": [network.prefixLength, wholeNumber(8, 30)],
      "network.adminCidr": [network.adminCidr, forms.narrowCidr],
      "network.deliveryAddress?": [network.deliveryAddress, forms.address],
      "network.monitoringAddress?": [network.monitoringAddress, forms.address],
      "vm.cores?": [vm.cores, wholeNumber(1, 64)],
      "vm.memoryMiB?": [vm.memoryMiB, wholeNumber(512, 262_144)],
      "vm.diskGiB?": [vm.diskGiB, wholeNumber(4, 4096)],
      "vm.cpuType?": [vm.cpuType, forms.cpuType],
      sshPublicKey: [sshPublicKey, forms.filled],
    }),
    ...(isPlain(nameservers)
      ? nameservers.flatMap((server, index) =>
          problemsOf({ [`network.nameservers[${index}]`]: [server, forms.address] }),
        )
      : []),
    ...(isPlain(closed)
      ? closed.flatMap((host, index) => problemsOf({ [`network.closed[${index}]`]: [host, forms.address] }))
      : []),
    ...(isPlain(egress)
      ? egress.flatMap((rule, index) =>
          isPlain(rule) ? problemsOf({ [`network.egress[${index}].to`]: [rule.to, forms.cidr] }) : [],
        )
      : []),
  ];
}

/** Problems of the arguments that all runners of an environment share. */
export function environmentProblems(args: EnvironmentArgs): ArgumentProblem[] {
  const { environment, github, proxmox, agent = {}, hosts = "manage", limits = {}, sshPrivateKey } = args;
  const pinned = [agent.downloadUrl, agent.sha256].filter((part) => part !== undefined).length;
  const isWhole = pinned === 0 || (pinned === 2 && agent.version !== undefined);
  return [
    ...problemsOf({
      environment: [environment, forms.name],
      "github.url?": [github.url, forms.httpsUrl],
      "github.repository": [github.repository, forms.repository],
      "github.runnerGroup?": [github.runnerGroup, forms.runnerGroup],
      "github.token": [github.token, forms.filled],
      "proxmox.endpoint": [proxmox.endpoint, forms.httpsUrl],
      "proxmox.token": [proxmox.token, forms.filled],
      "agent.downloadUrl?": [agent.downloadUrl, forms.httpsUrl],
      "agent.sha256?": [agent.sha256, forms.sha256],
      "limits.drainMinutes?": [limits.drainMinutes, wholeNumber(1, 360)],
      "limits.onlineSeconds?": [limits.onlineSeconds, wholeNumber(10, 900)],
      [hosts === "manage" ? "sshPrivateKey" : "sshPrivateKey?"]: [sshPrivateKey, forms.filled],
    }),
    ...(isWhole
      ? []
      : [{ path: "agent", seen: "a part of a pinned archive", allowed: "version, downloadUrl and sha256 together" }]),
    ...(agent.extraLabels ?? []).flatMap((label, index) =>
      problemsOf({ [`agent.extraLabels[${index}]`]: [label, forms.label] }),
    ),
    ...siteProblems(args),
  ];
}
