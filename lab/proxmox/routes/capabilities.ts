import type { ProxmoxRoute } from "../api/route";
import { cpuModels } from "../cpu-models";
import { visibleVnets } from "../sdn";

/** What nodes and networks can give VMs. */
export const capabilityRoutes: readonly ProxmoxRoute[] = [
  {
    method: "GET",
    path: "/nodes/{node}/capabilities/qemu/cpu",
    parameters: { arch: { type: "string", optional: true, enum: ["x86_64", "aarch64"] } },
    handle: ({ node, caller }) => cpuModels(node, caller),
  },
  {
    method: "GET",
    path: "/cluster/sdn/vnets",
    parameters: { running: { type: "boolean", optional: true }, pending: { type: "boolean", optional: true } },
    handle: ({ node, caller }) => visibleVnets(node, caller),
  },
];
