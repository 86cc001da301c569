import { requireAll, requireAny } from "../access";
import { failure, parameterError } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter, Schema } from "../api/schema";
import { lockOf, requireVm, type ProxmoxNode } from "../node";
import type { Vm } from "../model";
import { cloneVm } from "../vm/clone";
import { metaData, networkConfig, userData } from "../vm/cloud-init";
import { bootDisk, configReply, cpuCount, isAgentEnabled, isTemplate, memoryMiB, pendingConfig } from "../vm/config";
import { changeConfig } from "../vm/configure";
import { createVm } from "../vm/create";
import { destroyVm, requireDestroyable } from "../vm/destroy";
import { moveDisk, resizeDisk } from "../vm/disks";
import { isDriveSlot, vmOptions } from "../vm/options";
import { convertToTemplate, requireConvertible } from "../vm/template";

const flag: Parameter = { type: "boolean", optional: true };
const text: Parameter = { type: "string", optional: true };
const digest: Parameter = { ...text, maxLength: 64 };

/** The part of a VM's status that only its configuration decides. A list of all VMs is asked for once a VM. */
const configured = new WeakMap<Vm, ReturnType<typeof readConfigured>>();

function readConfigured(vm: Vm) {
  const disk = bootDisk(vm.config);
  return {
    name: vm.config.name ?? `VM ${vm.vmid}`,
    cpus: cpuCount(vm.config),
    maxmem: memoryMiB(vm.config) * 2 ** 20,
    maxdisk: (disk && vm.volumes[disk.file]) ?? 0,
    ...(vm.config.tags === undefined ? {} : { tags: vm.config.tags }),
    ...(isTemplate(vm.config) ? { template: 1 } : {}),
  };
}

/** What a VM looks like from outside, as `status/current` and `cluster/resources` give it. Sizes in bytes. */
export function vmStatus(node: ProxmoxNode, vm: Vm) {
  const since = node.machines.poweredOnAt(vm.vmid);
  const lock = lockOf(node, vm);
  const known = configured.get(vm) ?? readConfigured(vm);
  configured.set(vm, known);
  return {
    ...known,
    vmid: vm.vmid,
    status: since === undefined ? "stopped" : "running",
    cpu: 0,
    mem: 0,
    disk: 0,
    diskread: 0,
    diskwrite: 0,
    netin: 0,
    netout: 0,
    uptime: since === undefined ? 0 : Math.max(1, Math.floor((node.environment.now() - since) / 1000)),
    ...(lock === undefined ? {} : { lock }),
  };
}

function currentStatus({ node, caller, vmid }: ProxmoxCall): unknown {
  requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
  const vm = requireVm(node, vmid);
  const status = vmStatus(node, vm);
  return {
    ...status,
    qmpstatus: status.status,
    ha: { managed: 0 },
    ...(status.status === "running" ? { pid: vmid } : {}),
    ...(isAgentEnabled(vm.config) ? { agent: 1 } : {}),
  };
}

function pendingReply({ node, caller, vmid }: ProxmoxCall): unknown {
  requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
  const { config, pending } = requireVm(node, vmid);
  return [...new Set([...Object.keys(config), ...Object.keys(pending.set)])].sort().map((key) => ({
    key,
    ...(config[key] === undefined ? {} : { value: config[key] }),
    ...(pending.set[key] === undefined ? {} : { pending: pending.set[key] }),
    ...(pending.delete.includes(key) ? { delete: 1 } : {}),
  }));
}

const changeParameters: Schema = {
  ...vmOptions,
  delete: text,
  revert: text,
  digest,
  force: flag,
  skiplock: flag,
};

function requireRunOfTheMill({ values }: ProxmoxCall): void {
  if (values.skiplock === "1") throw parameterError({ skiplock: "Only root may use this option." });
  if (values.revert !== undefined)
    throw failure("revert is not modelled in the lab: set the option to its former value");
}

const dumpers: Readonly<Record<string, (user: string, network: string) => string>> = {
  user: (user) => user,
  network: (_user, network) => network,
  meta: metaData,
};

/** VMs: list, clone, configuration, disks, delete. */
export const qemuRoutes: readonly ProxmoxRoute[] = [
  {
    method: "GET",
    path: "/nodes/{node}/qemu",
    parameters: { full: flag },
    handle: ({ node, caller }) =>
      node.store
        .allVms()
        .filter(({ vmid }) => caller.privileges(`/vms/${vmid}`).has("VM.Audit"))
        .map((vm) => vmStatus(node, vm)),
  },
  {
    method: "POST",
    path: "/nodes/{node}/qemu",
    parameters: {
      ...vmOptions,
      vmid: { type: "integer", minimum: 100, maximum: 999999999 },
      archive: text,
      storage: text,
      force: flag,
      unique: flag,
      "live-restore": flag,
      pool: text,
      bwlimit: { type: "integer", optional: true, minimum: 0 },
      start: flag,
      "import-working-storage": text,
    },
    handle: ({ node, caller, path, values }) => createVm(node, caller, path.node ?? "", values),
  },
  {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/template",
    parameters: { disk: { ...text, enum: Object.keys(vmOptions).filter(isDriveSlot) } },
    handle: ({ node, caller, path, vmid, values }) => {
      requireAll(caller, `/vms/${vmid}`, ["VM.Allocate"]);
      if (values.disk !== undefined) throw failure("disk is not modelled in the lab: convert the whole VM");
      requireConvertible(node, vmid);
      return node.tasks.run("qmtemplate", String(vmid), caller.id, () => convertToTemplate(node, vmid), path.node);
    },
  },
  {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/clone",
    parameters: {
      newid: { type: "integer", minimum: 100, maximum: 999999999 },
      name: vmOptions.name as Parameter,
      description: text,
      pool: text,
      full: flag,
      storage: text,
      format: { ...text, enum: ["raw", "qcow2", "vmdk"] },
      target: text,
      snapname: text,
      bwlimit: { type: "number", optional: true, minimum: 0 },
    },
    handle: ({ node, caller, vmid, values }) => cloneVm(node, caller, vmid, values),
  },
  {
    method: "GET",
    path: "/nodes/{node}/qemu/{vmid}/config",
    parameters: { current: flag, snapshot: text },
    handle: ({ node, caller, vmid, values }) => {
      requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
      const vm = requireVm(node, vmid);
      const lock = lockOf(node, vm);
      const held = lock === undefined ? vm : { ...vm, lock };
      return configReply(held, values.current === "1" ? vm.config : pendingConfig(vm));
    },
  },
  {
    method: "PUT",
    path: "/nodes/{node}/qemu/{vmid}/config",
    parameters: changeParameters,
    handle: async (call) => {
      requireRunOfTheMill(call);
      await changeConfig(call.node, call.caller, call.vmid, call.values);
    },
  },
  {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/config",
    parameters: { ...changeParameters, background_delay: { type: "integer", optional: true, minimum: 1, maximum: 30 } },
    handle: async (call) => {
      requireRunOfTheMill(call);
      const { node, caller, path, vmid, values } = call;
      const change = (): Promise<void> => changeConfig(node, caller, vmid, values);
      return node.tasks.run("qmconfig", String(vmid), caller.id, change, path.node);
    },
  },
  { method: "GET", path: "/nodes/{node}/qemu/{vmid}/pending", parameters: {}, handle: pendingReply },
  { method: "GET", path: "/nodes/{node}/qemu/{vmid}/status/current", parameters: {}, handle: currentStatus },
  {
    method: "PUT",
    path: "/nodes/{node}/qemu/{vmid}/cloudinit",
    parameters: {},
    handle: ({ node, caller, vmid }) => {
      requireAny(caller, `/vms/${vmid}`, ["VM.Config.Cloudinit"]);
      // The drive is made at every start, so there is nothing to do now.
      requireVm(node, vmid);
    },
  },
  {
    method: "GET",
    path: "/nodes/{node}/qemu/{vmid}/cloudinit/dump",
    parameters: { type: { type: "string", enum: Object.keys(dumpers) } },
    handle: ({ node, caller, vmid, values }) => {
      requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
      const config = pendingConfig(requireVm(node, vmid));
      return dumpers[values.type as string]?.(userData(vmid, config, node.faults.isUpgraded()), networkConfig(config));
    },
  },
  {
    method: "PUT",
    path: "/nodes/{node}/qemu/{vmid}/resize",
    parameters: {
      disk: { type: "string" },
      size: { type: "string", pattern: /^\+?\d+(\.\d+)?[KMGT]?$/ },
      digest,
      skiplock: flag,
    },
    handle: ({ node, caller, path, vmid, values }) => {
      requireAll(caller, `/vms/${vmid}`, ["VM.Config.Disk"]);
      requireVm(node, vmid);
      const { disk = "", size = "" } = values;
      return node.tasks.run("resize", String(vmid), caller.id, () => resizeDisk(node, vmid, disk, size), path.node);
    },
  },
  {
    method: "POST",
    path: "/nodes/{node}/qemu/{vmid}/move_disk",
    parameters: {
      disk: { type: "string" },
      storage: { type: "string" },
      delete: flag,
      format: text,
      digest,
      bwlimit: text,
    },
    handle: ({ node, caller, path, vmid, values }) => {
      const { disk = "", storage = "" } = values;
      requireAll(caller, `/vms/${vmid}`, ["VM.Config.Disk"]);
      requireAll(caller, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
      requireVm(node, vmid);
      const move = (): Promise<void> => moveDisk(node, vmid, disk, storage, values.delete === "1");
      return node.tasks.run("qmmove", String(vmid), caller.id, move, path.node);
    },
  },
  {
    method: "DELETE",
    path: "/nodes/{node}/qemu/{vmid}",
    parameters: { purge: flag, "destroy-unreferenced-disks": flag, skiplock: flag },
    handle: ({ node, caller, path, vmid }) => {
      requireAll(caller, `/vms/${vmid}`, ["VM.Allocate"]);
      requireDestroyable(node, vmid);
      return node.tasks.run("qmdestroy", String(vmid), caller.id, () => destroyVm(node, vmid), path.node);
    },
  },
];
