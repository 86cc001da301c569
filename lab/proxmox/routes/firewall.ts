import { createHash } from "node:crypto";
import { requireAll } from "../access";
import { ProxmoxApiError, failure, parameterError } from "../api/errors";
import type { ProxmoxCall, ProxmoxRoute } from "../api/route";
import type { Parameter, Values } from "../api/schema";
import { optionsSchema, ruleSchema } from "../firewall/format";
import type { FirewallRule, VmFirewall } from "../model";
import { applyNicSettings } from "../vm/guest";

const text: Parameter = { type: "string", optional: true };
const position: Parameter = { type: "integer", optional: true, minimum: 0 };
const base = "/nodes/{node}/qemu/{vmid}/firewall";

/** Digest of what a caller was shown. */
export const digestOf = (value: unknown): string => createHash("sha1").update(JSON.stringify(value)).digest("hex");

/** Options by the schema's type: numbers for flags, text for the rest. */
const typed = (values: Values): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      optionsSchema[name]?.type === "boolean" ? Number(value) : value,
    ]),
  );

function ruleReply(rule: FirewallRule, index: number): Record<string, string | number> {
  return { ...rule, enable: Number(rule.enable ?? 0), pos: index };
}

/** @throws ProxmoxApiError 403 */
export function readFirewall({ node, caller, vmid }: ProxmoxCall): VmFirewall {
  requireAll(caller, `/vms/${vmid}`, ["VM.Audit"]);
  return node.store.firewall(vmid);
}

/** Changes a VM's firewall and gives the new one to the running machine. */
export async function changeFirewall(call: ProxmoxCall, next: (firewall: VmFirewall) => VmFirewall): Promise<void> {
  const { node, caller, vmid } = call;
  requireAll(caller, `/vms/${vmid}`, ["VM.Config.Network"]);
  await node.exclusive(vmid, async () => {
    const changed = next(node.store.firewall(vmid));
    node.store.putFirewall(vmid, changed);
    node.events.add("vm.firewall", { vmid, rules: changed.rules.length, options: changed.options });
    const vm = node.store.vm(vmid);
    if (vm !== undefined) await applyNicSettings(node, vm);
  });
}

function ruleIndex(call: ProxmoxCall, firewall: VmFirewall): number {
  const index = Number(call.path.pos);
  if (firewall.rules[index] === undefined) throw new ProxmoxApiError(500, `no rule at position ${call.path.pos}`);
  return index;
}

const control = ["pos", "digest", "delete", "moveto"];
const ruleOf = (values: Values): FirewallRule =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !control.includes(name)));

function without(values: Values, names: string | undefined): Values {
  const removed = (names ?? "").split(/[,;\s]+/);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !removed.includes(name)));
}

function requireCompleteRule(rule: FirewallRule): FirewallRule {
  if (!["ACCEPT", "DROP", "REJECT"].includes(rule.action ?? "")) {
    throw parameterError({
      action: `security groups are not modelled in the lab: expected ACCEPT, DROP or REJECT, got '${rule.action ?? ""}'`,
    });
  }
  if ((rule.dport !== undefined || rule.sport !== undefined) && rule.proto === undefined && rule.macro === undefined) {
    throw parameterError({ proto: "missing property - 'dport' and 'sport' need a protocol" });
  }
  return rule;
}

/** A rule without `pos` goes to the top, as in Proxmox VE. */
const insertAt = (rules: readonly FirewallRule[], index: number, rule: FirewallRule): FirewallRule[] => [
  ...rules.slice(0, index),
  rule,
  ...rules.slice(index),
];

function changeRule(call: ProxmoxCall): Promise<void> {
  return changeFirewall(call, (firewall) => {
    const index = ruleIndex(call, firewall);
    const { rules } = firewall;
    const rule = rules[index] as FirewallRule;
    const others = rules.filter((_, at) => at !== index);
    if (call.values.moveto !== undefined) {
      // `moveto` names the place in the list that still holds the rule.
      const target = Number(call.values.moveto);
      return { ...firewall, rules: insertAt(others, target > index ? target - 1 : target, rule) };
    }
    const changed = requireCompleteRule({ ...without(rule, call.values.delete), ...ruleOf(call.values) });
    return { ...firewall, rules: insertAt(others, index, changed) };
  });
}

/** Options and rules of a VM's firewall. Aliases, security groups, and rules that name a set are not modelled. */
export const firewallRoutes: readonly ProxmoxRoute[] = [
  {
    method: "GET",
    path: `${base}/options`,
    parameters: {},
    handle: (call) => {
      const { options } = readFirewall(call);
      return { ...typed(options), digest: digestOf(options) };
    },
  },
  {
    method: "PUT",
    path: `${base}/options`,
    parameters: { ...optionsSchema, delete: text, digest: text },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        if (call.values.digest !== undefined && call.values.digest !== digestOf(firewall.options)) {
          throw failure("detected modified configuration - file changed by other user? Try again.");
        }
        return { ...firewall, options: { ...without(firewall.options, call.values.delete), ...ruleOf(call.values) } };
      }),
  },
  { method: "GET", path: `${base}/rules`, parameters: {}, handle: (call) => readFirewall(call).rules.map(ruleReply) },
  {
    method: "POST",
    path: `${base}/rules`,
    emptyIsAbsent: true,
    parameters: {
      ...ruleSchema,
      type: { ...(ruleSchema.type as Parameter), optional: false },
      action: { ...(ruleSchema.action as Parameter), optional: false },
      pos: position,
      digest: text,
    },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        const index = Math.min(Number(call.values.pos ?? 0), firewall.rules.length);
        return { ...firewall, rules: insertAt(firewall.rules, index, requireCompleteRule(ruleOf(call.values))) };
      }),
  },
  {
    method: "GET",
    path: `${base}/rules/{pos}`,
    parameters: {},
    handle: (call) => {
      const firewall = readFirewall(call);
      const index = ruleIndex(call, firewall);
      return { ...ruleReply(firewall.rules[index] as FirewallRule, index), pos: String(index) };
    },
  },
  {
    method: "PUT",
    path: `${base}/rules/{pos}`,
    emptyIsAbsent: true,
    parameters: { ...ruleSchema, moveto: position, delete: text, digest: text },
    handle: changeRule,
  },
  {
    method: "DELETE",
    path: `${base}/rules/{pos}`,
    parameters: { digest: text },
    handle: (call) =>
      changeFirewall(call, (firewall) => {
        const index = ruleIndex(call, firewall);
        return { ...firewall, rules: firewall.rules.filter((_, at) => at !== index) };
      }),
  },
];
