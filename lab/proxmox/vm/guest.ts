import type { StartSettings } from "../../machines";
import { failure } from "../api/errors";
import type { Vm } from "../model";
import type { ProxmoxNode } from "../node";
import { hasBridge } from "../sdn";
import { renderFirewall } from "../firewall/render";
import { metaData, nameServers, networkConfig, searchDomains, userData, ipv4Settings } from "./cloud-init";
import { bootDisk, drivesOf, nicOf } from "./config";

/** nft script of a VM's firewall; undefined when it is off for the datacenter, the VM or its NIC. */
export function firewallScript(node: ProxmoxNode, vm: Vm): string | undefined {
  if (!node.store.datacenterFirewall().isOn) return undefined;
  const firewall = node.store.firewall(vm.vmid);
  const nic = nicOf(vm.config, "net0");
  const isOn = firewall.options.enable === "1" && nic?.firewall === "1";
  return isOn ? renderFirewall(firewall, nic.macaddr ?? "") : undefined;
}

const isLinkUp = (node: ProxmoxNode, vm: Vm): boolean =>
  nicOf(vm.config, "net0")?.link_down !== "1" && !node.faults.hasMachine("link-down", vm.vmid);

/** @throws ProxmoxApiError when the VM has no disk, no NIC, or a bridge that the node does not have */
export function startSettings(node: ProxmoxNode, vm: Vm): StartSettings {
  const { config, vmid } = vm;
  const disk = bootDisk(config);
  const diskBytes = disk === undefined ? undefined : vm.volumes[disk.file];
  if (diskBytes === undefined)
    throw failure(`no bootable disk: expected one of the VM's own volumes in scsi0, virtio0, sata0 or ide0`);
  const nic = nicOf(config, "net0");
  if (nic?.macaddr === undefined) throw failure("a VM without net0 cannot be started in the lab");
  if (!hasBridge(node, nic.bridge ?? "")) throw failure(`bridge '${nic.bridge ?? ""}' does not exist`);
  const { ip, gateway } = ipv4Settings(config, 0);
  const firewall = firewallScript(node, vm);
  const hasDrive = drivesOf(config).some((drive) => drive.isCloudInit);
  const user = hasDrive ? userData(vmid, config, node.faults.isUpgraded()) : "#cloud-config\n";
  return {
    diskBytes,
    nic: {
      mac: nic.macaddr.toLowerCase(),
      linkUp: isLinkUp(node, vm),
      // There is no DHCP server in the lab: such a NIC stays without an address.
      ...(ip === undefined || ip === "dhcp" ? {} : { address: ip }),
      ...(gateway === undefined ? {} : { gateway }),
    },
    seed: { userData: user, metaData: metaData(user, networkConfig(config)), vendorData: "" },
    resolvConf: [
      ...nameServers(config).map((server) => `nameserver ${server}\n`),
      ...(searchDomains(config).length > 0 ? [`search ${searchDomains(config).join(" ")}\n`] : []),
    ].join(""),
    ...(firewall === undefined ? {} : { firewall }),
  };
}

/** Brings cable and packet filter of a running machine in line with its configuration. */
export async function applyNicSettings(node: ProxmoxNode, vm: Vm): Promise<void> {
  if (!node.machines.isRunning(vm.vmid)) return;
  await node.machines.setFirewall(vm.vmid, firewallScript(node, vm));
  await node.machines.setLink(vm.vmid, isLinkUp(node, vm));
}
