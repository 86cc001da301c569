import * as pulumi from "@pulumi/pulumi";
import { nameserversOf, type RunnerVmArgs, userOf } from "./vm";

/** Fingerprint of everything whose change restarts or replaces the guest. Part of the runner's revision. */
export function vmRevision(args: RunnerVmArgs): pulumi.Output<string> {
  const { proxmox, network, vm = {} } = args;
  return pulumi
    .output([
      [args.name, args.vmId, args.address],
      [proxmox.node, proxmox.templateId, proxmox.storage, proxmox.bridge, proxmox.pool],
      [network.prefixLength, network.gateway, nameserversOf(args)],
      [vm.cores, vm.memoryMiB, vm.diskGiB],
      [userOf(args), args.sshPublicKey],
    ])
    .apply((parts) => JSON.stringify(parts));
}
