import * as pulumi from "@pulumi/pulumi";
import { unusualCpuType } from "@ghrunners/core/proxmox/cpu-type";
import { nameserversOf, type RunnerVmArgs, userOf } from "./vm";

/**
 * Fingerprint of everything whose change restarts or replaces the guest. Part of the runner's revision. The processor
 * type is in it only where it is not the usual one: stacks that leave it need no other proof.
 */
export function vmRevision(args: RunnerVmArgs): pulumi.Output<string> {
  const { proxmox, network, vm = {} } = args;
  return pulumi
    .output({
      parts: [
        [args.name, args.vmId, args.address],
        [proxmox.node, proxmox.templateId, proxmox.storage, proxmox.bridge, proxmox.pool],
        [network.prefixLength, network.gateway, nameserversOf(args)],
        [vm.cores, vm.memoryMiB, vm.diskGiB],
        [userOf(args), args.sshPublicKey],
      ],
      cpuType: vm.cpuType,
    })
    .apply(({ parts, cpuType }) => {
      const unusual = unusualCpuType(cpuType);
      return JSON.stringify(unusual === undefined ? parts : [...parts, unusual]);
    });
}
