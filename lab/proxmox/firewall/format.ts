import { isIPv4, isIPv6 } from "node:net";
import type { Schema } from "../api/schema";
import { isCidr } from "../values";

/**
 * Services by name, as Proxmox VE's firewall macros (pve-firewall, PVE::Firewall `$pve_fw_macros`); those that the lab
 * renders.
 */
export const macros: Readonly<Record<string, readonly { readonly proto: string; readonly dport?: string }[]>> = {
  SSH: [{ proto: "tcp", dport: "22" }],
  HTTP: [{ proto: "tcp", dport: "80" }],
  HTTPS: [{ proto: "tcp", dport: "443" }],
  DNS: [
    { proto: "udp", dport: "53" },
    { proto: "tcp", dport: "53" },
  ],
  NTP: [{ proto: "udp", dport: "123" }],
  Ping: [{ proto: "icmp", dport: "echo-request" }],
};

const text = { type: "string", optional: true } as const;

/**
 * Addresses of a rule: addresses, networks and ranges, joined by commas. Sets and aliases (`+name`, `name`) are not
 * modelled.
 */
function addressProblem(value: string): string | undefined {
  const wrong = value.split(",").find((entry) => {
    const range = entry.split("-");
    if (range.length === 2) return !range.every((end) => isIPv4(end)) && !range.every((end) => isIPv6(end));
    return !isIPv4(entry) && !isIPv6(entry) && !isCidr(entry);
  });
  if (wrong === undefined) return undefined;
  return /^[+a-z]/i.test(wrong)
    ? `'${wrong}': IP sets and aliases are not modelled in the lab`
    : `invalid address '${wrong}'`;
}

/** Ports of a rule: numbers and ranges `80:85`, joined by commas; or a type name for ICMP. */
function portProblem(value: string): string | undefined {
  const wrong = value
    .split(",")
    .find((entry) => !/^\d{1,5}(:\d{1,5})?$/.test(entry) || entry.split(":").some((port) => Number(port) > 65535));
  if (wrong === undefined || (!value.includes(",") && /^[a-z][a-z-]*$/.test(value))) return undefined;
  return `invalid port '${wrong}'`;
}

const macroProblem = (value: string): string | undefined =>
  Object.hasOwn(macros, value)
    ? undefined
    : `unknown macro '${value}' (modelled in the lab: ${Object.keys(macros).join(", ")})`;

/** Parameters of one rule. */
export const ruleSchema: Schema = {
  type: { ...text, enum: ["in", "out"] },
  action: { ...text, pattern: /^[A-Za-z][A-Za-z0-9\-_]+$/ },
  enable: { type: "integer", optional: true, minimum: 0 },
  source: { ...text, format: addressProblem },
  dest: { ...text, format: addressProblem },
  proto: { ...text, enum: ["tcp", "udp", "icmp", "icmpv6", "ipv6-icmp", "sctp", "6", "17", "1"] },
  dport: { ...text, format: portProblem },
  sport: { ...text, format: portProblem },
  macro: { ...text, maxLength: 128, format: macroProblem },
  iface: { ...text, pattern: /^net\d+$/ },
  "icmp-type": { ...text, pattern: /^[a-z0-9-]+$/ },
  log: { ...text, enum: ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"] },
  comment: text,
};

const flag = { type: "boolean", optional: true } as const;
const level = { ...text, enum: ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug", "nolog"] };
const policy = { ...text, enum: ["ACCEPT", "REJECT", "DROP"] };

/** Options of a VM's firewall. */
export const optionsSchema: Schema = {
  enable: flag,
  dhcp: flag,
  ndp: flag,
  macfilter: flag,
  ipfilter: flag,
  radv: flag,
  log_level_in: level,
  log_level_out: level,
  policy_in: policy,
  policy_out: policy,
};
