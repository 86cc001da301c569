import { requireAll } from "../access";
import { failure, parameterError } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter } from "../api/schema";
import { formatOf, requireStorage, usedBytes, volumesOn } from "../vm/storage";
import { holderOf, nodeNames, type ProxmoxNode } from "../node";
import { parseUpid } from "../values";
import { vmStatus } from "./qemu";

const flag: Parameter = { type: "boolean", optional: true };
const text: Parameter = { type: "string", optional: true };
const count: Parameter = { type: "integer", optional: true, minimum: 0 };
const firstVmid = 100;

function nextId({ node, values }: ProxmoxCall): unknown {
  if (values.vmid !== undefined) {
    if (node.store.vm(Number(values.vmid)) !== undefined)
      throw parameterError({ vmid: `VM ${values.vmid} already exists` });
    return values.vmid;
  }
  let vmid = firstVmid;
  while (node.store.vm(vmid) !== undefined) vmid += 1;
  return String(vmid);
}

function storageStatus(node: ProxmoxNode, id: string, holder: string) {
  const storage = requireStorage(node, id);
  const used = usedBytes(node, storage, holder) + node.images.usedBytes(holder, id);
  return {
    type: storage.type,
    content: storage.content ?? "images,rootdir",
    enabled: 1,
    active: 1,
    shared: 0,
    total: storage.totalBytes,
    used,
    avail: Math.max(0, storage.totalBytes - used),
  };
}

function visibleStorages({ node, caller }: ProxmoxCall): string[] {
  return node.seed.storages
    .map(({ id }) => id)
    .filter((id) =>
      ["Datastore.Audit", "Datastore.AllocateSpace"].some((name) => caller.privileges(`/storage/${id}`).has(name)),
    );
}

function vmResources({ node, caller }: ProxmoxCall): unknown[] {
  return node.store
    .allVms()
    .filter(({ vmid }) => caller.privileges(`/vms/${vmid}`).has("VM.Audit"))
    .map((vm) => {
      const pool = node.store.poolOf(vm.vmid)?.poolid;
      const { cpus: maxcpu, ...status } = vmStatus(node, vm);
      const place = { id: `qemu/${vm.vmid}`, type: "qemu", node: holderOf(node, vm) };
      return { ...place, template: 0, ...status, maxcpu, ...(pool && { pool }) };
    });
}

/** Containers; those of a node that is off are of unknown state. */
function containerResources({ node: { seed }, caller }: ProxmoxCall): unknown[] {
  return (seed.neighbours ?? []).flatMap(({ node, online, containers }) =>
    containers
      .filter(({ vmid }) => caller.privileges(`/vms/${vmid}`).has("VM.Audit"))
      .map(({ vmid, name }) => ({
        ...{ id: `lxc/${vmid}`, type: "lxc", node, vmid, name, template: 0 },
        status: online ? "running" : "unknown",
      })),
  );
}

function containerConfig({ node, caller, path, vmid }: ProxmoxCall): unknown {
  requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
  const found = node.seed.neighbours
    ?.filter((neighbour) => neighbour.node === path.node)
    .flatMap(({ containers }) => containers)
    .find((container) => container.vmid === vmid);
  if (found === undefined) throw failure(`Configuration file 'nodes/${path.node}/lxc/${vmid}.conf' does not exist`);
  return found.config;
}

function storageResources(call: ProxmoxCall): unknown[] {
  const visible = visibleStorages(call);
  return nodeNames(call.node).flatMap((node) =>
    visible.map((storage) => {
      const { total, used, type, content } = storageStatus(call.node, storage, node);
      const place = { id: `storage/${node}/${storage}`, type: "storage", node, storage };
      return { ...place, status: "available", plugintype: type, content, shared: 0, maxdisk: total, disk: used };
    }),
  );
}

function nodeResources(call: ProxmoxCall): unknown[] {
  const own = nodeNames(call.node);
  const others = (call.node.seed.neighbours ?? []).filter(({ node }) => !own.includes(node));
  return [...own.map((node) => ({ node, online: true })), ...others].map(({ node, online }) => ({
    ...{ id: `node/${node}`, type: "node", node },
    status: online ? "online" : "offline",
  }));
}

/** By the parameter `type`; a call without it gets all. */
const resourceKinds: Readonly<Record<string, (call: ProxmoxCall) => unknown[]>> = {
  vm: (call) => [...vmResources(call), ...containerResources(call)],
  storage: storageResources,
  node: nodeResources,
};

function resources(call: ProxmoxCall): unknown[] {
  const wanted = Object.entries(resourceKinds).filter(([kind]) => [undefined, kind].includes(call.values.type));
  return wanted.flatMap(([, list]) => list(call));
}

function taskOf({ node, caller, path }: ProxmoxCall) {
  const upid = path.upid ?? "";
  if (parseUpid(upid) === undefined)
    throw parameterError({ upid: "value does not look like a valid unique process id" });
  const task = node.tasks.find(upid);
  if (task === undefined) throw failure("no such task");
  // A caller sees its own tasks; others' need a privilege on the node.
  if (task.user !== caller.id) requireAll(caller, `/nodes/${node.seed.node}`, ["Sys.Audit"]);
  return task;
}

function taskStatus(call: ProxmoxCall): unknown {
  const { upid, node, pid, processStart: pstart, startTime: starttime, type, id, user, exitStatus } = taskOf(call);
  const state = exitStatus === undefined ? { status: "running" } : { status: "stopped", exitstatus: exitStatus };
  return { upid, node, pid, pstart, starttime, type, id, user, ...state };
}

function taskLog(call: ProxmoxCall): unknown {
  const start = Number(call.values.start ?? 0);
  const limit = Number(call.values.limit ?? 50);
  const lines = taskOf(call).log.map((line, index) => ({ n: index + 1, t: line }));
  return limit === 0 ? lines.slice(start) : lines.slice(start, start + limit);
}

function taskList(call: ProxmoxCall): unknown {
  const { node, caller, values } = call;
  const seesAll = caller.privileges(`/nodes/${node.seed.node}`).has("Sys.Audit");
  return node.tasks
    .all()
    .filter((task) => (seesAll || task.user === caller.id) && (values.vmid === undefined || task.id === values.vmid))
    .slice(0, Number(values.limit ?? 50))
    .map(({ upid, node: name, pid, processStart, startTime, type, id, user, exitStatus, endTime }) => ({
      ...{ upid, node: name, pid, pstart: processStart, starttime: startTime, type, id, user },
      ...(exitStatus === undefined ? {} : { status: exitStatus, endtime: endTime }),
    }));
}

function permissions({ caller, values }: ProxmoxCall): unknown {
  if (values.userid !== undefined && values.userid !== caller.id) requireAll(caller, "/access", ["Sys.Audit"]);
  const all = caller.allPermissions();
  if (values.path === undefined) return all;
  return { [values.path]: Object.fromEntries([...caller.privileges(values.path)].map((name) => [name, 1])) };
}

/** Version, cluster, node, storage, tasks and the caller's own permissions. */
export const clusterRoutes: readonly ProxmoxRoute[] = [
  {
    method: "GET",
    path: "/version",
    parameters: {},
    handle: ({ node }) => ({
      version: node.seed.version,
      release: node.seed.version.split(".").slice(0, 2).join("."),
      repoid: "lab",
    }),
  },
  { method: "GET", path: "/access/permissions", parameters: { path: text, userid: text }, handle: permissions },
  {
    method: "GET",
    path: "/access/users/{userid}/token/{tokenid}",
    parameters: {},
    // A token is not its user, so the user's right to see its own tokens is not the token's. Source: PVE::API2::User.
    handle: ({ node, caller, path }) => {
      requireAll(caller, "/access/groups", ["User.Modify"]);
      const token = node.seed.tokens.find(({ id }) => id === `${path.userid}!${path.tokenid}`);
      if (token === undefined) throw failure(`no such token '${path.tokenid}' for user '${path.userid}'`);
      return { privsep: 1, expire: token.expires ?? 0 };
    },
  },
  {
    method: "GET",
    path: "/cluster/nextid",
    parameters: { vmid: { type: "integer", optional: true, minimum: firstVmid, maximum: 999999999 } },
    handle: nextId,
  },
  {
    method: "GET",
    path: "/cluster/resources",
    parameters: { type: { ...text, enum: Object.keys(resourceKinds) } },
    handle: resources,
  },
  {
    method: "GET",
    path: "/cluster/firewall/options",
    parameters: {},
    handle: ({ node, caller }) => {
      requireAll(caller, "/", ["Sys.Audit"]);
      return node.store.datacenterFirewall().isOn ? { enable: 1 } : {};
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/lxc/{vmid}/config",
    parameters: {},
    handle: containerConfig,
  },
  {
    method: "GET",
    path: "/nodes",
    parameters: {},
    handle: ({ node }) =>
      nodeNames(node).map((name) => ({ id: `node/${name}`, node: name, type: "node", status: "online" })),
  },
  {
    method: "GET",
    path: "/nodes/{node}/status",
    parameters: {},
    handle: ({ node, caller, path }) => {
      requireAll(caller, `/nodes/${path.node}`, ["Sys.Audit"]);
      return { pveversion: `pve-manager/${node.seed.version}/lab`, uptime: Math.floor(process.uptime()) };
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/storage",
    parameters: { content: text, enabled: flag, format: flag, storage: text, target: text },
    handle: (call) =>
      visibleStorages(call)
        .filter((id) => call.values.storage === undefined || call.values.storage === id)
        .map((id) => ({ storage: id, ...storageStatus(call.node, id, call.path.node ?? "") })),
  },
  {
    method: "GET",
    path: "/nodes/{node}/storage/{storage}/status",
    parameters: {},
    handle: (call) => {
      const { node: holder = "", storage = "" } = call.path;
      const status = storageStatus(call.node, storage, holder);
      if (!visibleStorages(call).includes(storage)) requireAll(call.caller, `/storage/${storage}`, ["Datastore.Audit"]);
      return status;
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/storage/{storage}/content",
    parameters: { content: text, vmid: count },
    handle: (call) => {
      const { node: holder = "", storage = "" } = call.path;
      const kind = requireStorage(call.node, storage);
      requireAll(call.caller, `/storage/${storage}`, ["Datastore.Audit"]);
      const { content = "images", vmid } = call.values;
      if (content === "import")
        return call.node.images.list(holder, storage).map((file) => ({ ...file, content: "import" }));
      if (content !== "images") return [];
      return volumesOn(call.node, storage, holder)
        .filter(({ vm }) => vmid === undefined || vm.vmid === Number(vmid))
        .map(({ volid, size, vm }) => ({
          ...{ volid, content: "images", format: formatOf(kind, volid) },
          ...{ size, vmid: vm.vmid },
        }));
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/storage/{storage}/content/{volume}",
    parameters: {},
    handle: (call) => {
      const { node: holder = "", storage = "", volume: given = "" } = call.path;
      const volid = given.includes(":") ? given : `${storage}:${given}`;
      const found = volumesOn(call.node, storage, holder).find((entry) => entry.volid === volid);
      requireAll(call.caller, `/storage/${storage}`, ["Datastore.Audit"]);
      if (found === undefined) throw failure(`no such logical volume ${volid.replace(":", "/")}`);
      return {
        path: `/dev/${volid.replace(":", "/")}`,
        format: formatOf(requireStorage(call.node, storage), volid),
        size: found.size,
        used: found.size,
      };
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/tasks",
    parameters: { limit: count, start: count, vmid: text, source: text, typefilter: text },
    handle: taskList,
  },
  { method: "GET", path: "/nodes/{node}/tasks/{upid}/status", parameters: {}, handle: taskStatus },
  {
    method: "GET",
    path: "/nodes/{node}/tasks/{upid}/log",
    parameters: { start: count, limit: count, download: flag },
    handle: taskLog,
  },
];
