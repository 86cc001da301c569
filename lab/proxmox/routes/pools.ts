import { requireAll } from "../access";
import { ProxmoxApiError, failure } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter } from "../api/schema";
import type { ResourcePool } from "../model";
import { holderOf, type ProxmoxNode } from "../node";

const text: Parameter = { type: "string", optional: true };
const poolid: Parameter = { type: "string", pattern: /^[A-Za-z0-9._/-]+$/ };

function requirePool(node: ProxmoxNode, id: string): ResourcePool {
  const pool = node.store.pool(id);
  if (pool === undefined) throw new ProxmoxApiError(500, `pool '${id}' does not exist`);
  return pool;
}

function describePool(node: ProxmoxNode, pool: ResourcePool): unknown {
  const members = pool.vms.map((vmid) => ({
    id: `qemu/${vmid}`,
    type: "qemu",
    node: holderOf(node, node.store.vm(vmid) ?? {}),
    vmid,
    name: node.store.vm(vmid)?.config.name,
    status: node.machines.isRunning(vmid) ? "running" : "stopped",
  }));
  return { poolid: pool.poolid, ...(pool.comment === undefined ? {} : { comment: pool.comment }), members };
}

function list({ node, caller, values }: ProxmoxCall): unknown {
  if (values.poolid !== undefined) {
    requireAll(caller, `/pool/${values.poolid}`, ["Pool.Audit"]);
    return [describePool(node, requirePool(node, values.poolid))];
  }
  return node.store
    .allPools()
    .filter((pool) => caller.privileges(`/pool/${pool.poolid}`).has("Pool.Audit"))
    .map(({ poolid: id, comment }) => ({ poolid: id, ...(comment === undefined ? {} : { comment }) }));
}

function create({ node, caller, values }: ProxmoxCall): void {
  const id = values.poolid as string;
  requireAll(caller, `/pool/${id}`, ["Pool.Allocate"]);
  if (node.store.pool(id) !== undefined) throw failure(`create pool failed: pool '${id}' already exists`);
  node.store.putPool({ poolid: id, vms: [], ...(values.comment === undefined ? {} : { comment: values.comment }) });
}

function update({ node, caller, values }: ProxmoxCall): void {
  const pool = requirePool(node, values.poolid as string);
  requireAll(caller, `/pool/${pool.poolid}`, ["Pool.Allocate"]);
  const vms = (values.vms ?? "")
    .split(/[,;\s]+/)
    .filter((vmid) => vmid !== "")
    .map(Number);
  for (const vmid of vms) {
    requireAll(caller, `/vms/${vmid}`, ["VM.Allocate"]);
    const owner = node.store.poolOf(vmid);
    const isMember = owner?.poolid === pool.poolid;
    if (values.delete === "1" && !isMember) throw failure(`VM ${vmid} is not a pool member`);
    if (values.delete !== "1" && isMember) throw failure(`VM ${vmid} is already a pool member`);
    if (values.delete !== "1" && owner !== undefined && values["allow-move"] !== "1") {
      throw failure(`VM ${vmid} belongs already to pool '${owner.poolid}' and allow-move is not set`);
    }
    if (owner !== undefined) node.store.putPool({ ...owner, vms: owner.vms.filter((member) => member !== vmid) });
  }
  const rest = requirePool(node, pool.poolid);
  const members = values.delete === "1" ? rest.vms : [...rest.vms, ...vms];
  node.store.putPool({ ...rest, vms: members, ...(values.comment === undefined ? {} : { comment: values.comment }) });
}

function remove({ node, caller, values }: ProxmoxCall): void {
  const pool = requirePool(node, values.poolid as string);
  requireAll(caller, `/pool/${pool.poolid}`, ["Pool.Allocate"]);
  if (pool.vms.length > 0)
    throw failure(`delete pool failed: pool '${pool.poolid}' is not empty (contains VM ${pool.vms[0]})`);
  node.store.removePool(pool.poolid);
}

/** Pools of VMs. */
export const poolRoutes: readonly ProxmoxRoute[] = [
  { method: "GET", path: "/pools", parameters: { poolid: { ...poolid, optional: true }, type: text }, handle: list },
  { method: "POST", path: "/pools", parameters: { poolid, comment: text }, handle: create },
  {
    method: "PUT",
    path: "/pools",
    parameters: {
      poolid,
      comment: text,
      vms: text,
      storage: text,
      delete: { type: "boolean", optional: true },
      "allow-move": { type: "boolean", optional: true },
    },
    handle: update,
  },
  { method: "DELETE", path: "/pools", parameters: { poolid }, handle: remove },
];
