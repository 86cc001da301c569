/** The firewall of a runner's machine, from the settings of the program. Pure. */
import { closedHosts } from "@ghrunners/components/runner/closed-hosts";
import { renderFirewallRules } from "@ghrunners/components/runner/render-vm";
import type { Settings } from "@ghrunners/config/parse";

/** Hosts that jobs have no business on. */
export const closedHostsOf = ({ network, monitoring, proxmox, github }: Settings): string[] =>
  closedHosts({
    closed: network.closed,
    monitoringAddress: monitoring?.host,
    proxmoxEndpoint: proxmox.endpoint,
    githubUrl: github.url,
  });

/** The rules of main.tf's variable: those of the program, with every field, as OpenTofu's types ask for. */
export const firewallRules = (settings: Settings): Record<string, unknown>[] =>
  renderFirewallRules({
    adminCidr: settings.network.adminCidr,
    monitoringAddress: settings.monitoring?.host,
    nameservers: settings.network.nameservers,
    egress: settings.network.egress,
    closed: closedHostsOf(settings),
  }).map((rule) => ({ proto: null, dport: null, source: null, dest: null, ...rule }));
