import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import type { NetworkArgs } from "./machine-settings";
import { renderFirewallRules } from "./render-vm";

/**
 * Name of the set that holds the addresses from which the VM's card may send. Proxmox VE filters by it as soon as it is
 * there; with the option `ipfilter` alone, without a set, nothing that the VM sends by IPv4 leaves it. The link-local
 * address of the card's MAC address always belongs to it. Source: pve-firewall, PVE/Firewall.pm, compile_ipsets.
 */
export const SOURCE_SET = "ipfilter-net0";

/** Where the firewall's VM is, and what it allows. */
interface GuardArgs {
  readonly vmId: number;
  readonly address: pulumi.Input<string>;
  readonly proxmox: { readonly node: pulumi.Input<string> };
  readonly network: NetworkArgs;
  readonly hooks?: { readonly clearLeftovers: pulumi.ResourceHook };
}

/** The machine that the firewall belongs to. */
interface GuardedMachine {
  readonly vm: proxmoxve.VmLegacy;
  /** Changes with every new machine. */
  readonly incarnation: pulumi.Output<string>;
  readonly nameservers: pulumi.Output<string[]>;
}

/**
 * The firewall of one VM: the address that it may send from, then its rules, and last the options that switch both on.
 * @returns the options: with them the VM is complete
 */
export function vmFirewall(
  parent: pulumi.Resource,
  name: string,
  { vmId, address, proxmox, network, hooks }: GuardArgs,
  { vm, incarnation, nameservers }: GuardedMachine,
): proxmoxve.firewall.OptionsLegacy {
  const scope = { nodeName: proxmox.node, vmId: vm.vmId.apply(() => vmId) };
  // A recreated machine has neither addresses, rules nor options, and the provider does not always notice.
  const withMachine = { deletedWith: vm, replacementTrigger: incarnation, deleteBeforeReplace: true };
  const cleared = { parent, ...withMachine, hooks: hooks && { beforeCreate: [hooks.clearLeftovers] } };
  const addresses = new proxmoxve.firewall.IpsetLegacy(
    `${name}-addresses`,
    { ...scope, name: SOURCE_SET, cidrs: [{ name: address }] },
    cleared,
  );
  const { adminCidr, deliveryAddress, monitoringAddress, egress = [], closed = [] } = network;
  const rules = new proxmoxve.firewall.RulesLegacy(
    `${name}-rules`,
    {
      ...scope,
      rules: pulumi
        .output({ adminCidr, deliveryAddress, monitoringAddress, nameservers, egress, closed })
        .apply(renderFirewallRules),
    },
    cleared,
  );
  return new proxmoxve.firewall.OptionsLegacy(
    `${name}-firewall`,
    {
      ...{ ...scope, enabled: true, inputPolicy: "DROP", outputPolicy: "DROP" },
      ...{ dhcp: false, macfilter: true, ipfilter: true },
      // The provider's defaults are the opposite: no IPv6 neighbour discovery, but router advertisements from jobs.
      ...{ ndp: true, radv: false },
    },
    { parent, ...withMachine, dependsOn: [addresses, rules] },
  );
}
