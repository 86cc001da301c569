/**
 * The VM's settings in the provider's terms. Pure.
 */
import type { types } from "@muhlba91/pulumi-proxmoxve";
import { ports } from "@ghrunners/core/vocabulary/ports";

/**
 * What a VM's firewall allows: SSH for administrators, the exporters for one host, and outgoing traffic. The arguments
 * `network`, resolved.
 */
export interface Firewall {
  readonly adminCidr: string;
  /** The machine on which the delivery workflows run this program. */
  readonly deliveryAddress?: string | undefined;
  readonly monitoringAddress?: string | undefined;
  readonly nameservers: readonly string[];
  readonly egress: readonly {
    readonly to: string;
    readonly ports: string;
    readonly protocol: "tcp" | "udp";
    readonly comment: string;
  }[];
  /** Hosts without the ports that are open to everywhere. */
  readonly closed: readonly string[];
}

/** Rules of the VM's own firewall, in the order in which Proxmox VE reads them. Everything else is dropped. */
export function renderFirewallRules(firewall: Firewall): types.input.firewall.RulesLegacyRule[] {
  const rule = (
    type: "in" | "out",
    proto: string,
    dport: string,
    comment: string,
    peer: { source?: string; dest?: string } = {},
  ): types.input.firewall.RulesLegacyRule => ({ type, action: "ACCEPT", proto, dport, comment, ...peer });
  return [
    rule("in", "tcp", String(ports.ssh), "SSH from the administrators", { source: firewall.adminCidr }),
    ...(firewall.deliveryAddress === undefined
      ? []
      : [rule("in", "tcp", String(ports.ssh), "SSH from the delivery runner", { source: firewall.deliveryAddress })]),
    ...(firewall.monitoringAddress === undefined
      ? []
      : [
          rule("in", "tcp", `${ports.nodeExporter}:${ports.runnerExporter}`, "Metrics for the monitoring host", {
            source: firewall.monitoringAddress,
          }),
        ]),
    ...firewall.nameservers.flatMap((dest) => [
      rule("out", "udp", "53", "DNS", { dest }),
      rule("out", "tcp", "53", "DNS", { dest }),
    ]),
    rule("out", "udp", "123", "NTP"),
    ...firewall.egress.map(({ to, ports: dport, protocol, comment }) =>
      rule("out", protocol, dport, comment === "" ? "Deployment target" : comment, { dest: to }),
    ),
    // One rule for each: Proxmox VE bounds the length of a list. Refused, not dropped: a mistake shows at once.
    ...firewall.closed.map((dest) => ({ type: "out", action: "REJECT", dest, comment: "Closed to jobs" })),
    rule("out", "tcp", "443", "HTTPS to any host"),
    rule("out", "tcp", "80", "HTTP to any host"),
  ];
}

/** Part of the VM's description that identifies a machine left behind by an interrupted run. */
export function ownershipMark(stack: string, vmName: string): string {
  return `ghrunners ${stack} ${vmName}`;
}

/**
 * Whether an update of the VM can disturb a running job. A change of name, tags or patience cannot; every other change may
 * restart the guest, as may a repair of drift, where the inputs are equal.
 */
export function isDisruptive(
  oldInputs: Readonly<Record<string, unknown>>,
  newInputs: Readonly<Record<string, unknown>>,
): boolean {
  const harmless = ["description", "tags", "onBoot", "timeoutShutdownVm", "__defaults"];
  const keys = [...new Set([...Object.keys(oldInputs), ...Object.keys(newInputs)])];
  const changed = keys.filter((key) => JSON.stringify(oldInputs[key]) !== JSON.stringify(newInputs[key]));
  return changed.length === 0 || changed.some((key) => !harmless.includes(key));
}
