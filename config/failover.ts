import type { Settings } from "./parse";

/** Whether the stack runs a failover switch: it needs a token of its own, and the fleet exporter's view beside it. */
export function hasFailover({
  monitoring,
  failoverToken,
  hosts,
}: Pick<Settings, "monitoring" | "failoverToken" | "hosts">): boolean {
  return monitoring?.fleetExporter === true && failoverToken !== undefined && hosts === "manage";
}
