import type { Settings } from "./parse";

/** Whether the stack runs a failover switch: it needs its own token, and the fleet exporter on the same host. */
export function hasFailover({
  monitoring,
  failoverToken,
  hosts,
}: Pick<Settings, "monitoring" | "failoverToken" | "hosts">): boolean {
  return monitoring?.fleetExporter === true && failoverToken !== undefined && hosts === "manage";
}
