import type { Settings } from "./parse";

/** The settings that decide whether there is a failover switch. */
type Deciding = Pick<Settings, "monitoring" | "failoverToken" | "hosts">;

const HOW = "Next: docs/how-to/monitoring-host.md";

/**
 * Why the stack runs no failover switch, with the next step: it needs its own token, and the fleet exporter on the same
 * host. Undefined: it runs one.
 */
export function failoverLacks({ monitoring, failoverToken, hosts }: Deciding): string | undefined {
  if (hosts !== "manage") return "The stack manages machines only (hosts: skip).";
  if (monitoring === undefined) return `It runs on the monitoring host, and the stack has none. ${HOW}`;
  if (!monitoring.fleetExporter)
    return `It runs beside the fleet exporter, which this stack leaves to another (monitoring.fleetExporter is false). ${HOW}`;
  if (failoverToken === undefined)
    return "It has no token of its own. Next: pulumi config set --secret ghrunners:failoverToken, then pulumi up";
  return undefined;
}

/** Whether the stack runs a failover switch. */
export const hasFailover = (settings: Deciding): boolean => failoverLacks(settings) === undefined;
