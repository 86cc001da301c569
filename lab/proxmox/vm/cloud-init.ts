import { createHash } from "node:crypto";
import type { StoredVmConfig } from "../model";
import { readProperties } from "../property-string";
import { decodeSshKeys } from "../values";
import { nicOf } from "./config";
import { ipconfigFormat } from "./formats";

/** Host name and, where there is one, the full name (qemu-server, PVE::QemuServer::Cloudinit, get_hostname_fqdn). */
export function hostNames(vmid: number, config: StoredVmConfig): { hostname: string; fqdn?: string } {
  const name = config.name ?? `VM${vmid}`;
  if (name.includes(".")) return { hostname: name.split(".", 1)[0] as string, fqdn: name };
  const search = config.searchdomain?.split(/\s+/)[0];
  return search ? { hostname: name, fqdn: `${name}.${search}` } : { hostname: name };
}

/**
 * The file user-data of the cloud-init drive.
 * @param isUpgraded in the form of newer versions, which write `fqdn` always, also where it is the host name. Source:
 * qemu-server, PVE::QemuServer::Cloudinit, get_hostname_fqdn, of Proxmox VE 8 and of its successors
 */
export function userData(vmid: number, config: StoredVmConfig, isUpgraded = false): string {
  const { hostname, fqdn = isUpgraded ? hostname : undefined } = hostNames(vmid, config);
  const keys = decodeSshKeys(config.sshkeys ?? "") ?? [];
  const lines = ["#cloud-config", `hostname: ${hostname}`, "manage_etc_hosts: true"];
  if (fqdn !== undefined) lines.push(`fqdn: ${fqdn}`);
  if (config.ciuser !== undefined) {
    lines.push(`user: ${config.ciuser}`);
    if (config.ciuser === "root") lines.push("disable_root: False");
  }
  if (keys.length > 0) lines.push("ssh_authorized_keys:", ...keys.map((key) => `  - ${key}`));
  lines.push("chpasswd:", "  expire: False");
  if (config.ciuser !== "root") lines.push("users:", "  - default");
  if (config.ciupgrade !== "0") lines.push("package_upgrade: true");
  return `${lines.join("\n")}\n`;
}

const dottedMask = (length: number): string =>
  [0, 8, 16, 24].map((shift) => 256 - 2 ** (8 - Math.min(8, Math.max(0, length - shift)))).join(".");

const words = (text: string | undefined): string[] => (text ?? "").split(/[\s,;]+/).filter((word) => word !== "");

export const nameServers = (config: StoredVmConfig): string[] => words(config.nameserver);
export const searchDomains = (config: StoredVmConfig): string[] => words(config.searchdomain);

/** What `ipconfig[n]` says of IPv4. */
export interface Ipv4Settings {
  /** `A.B.C.D/LEN`, or `dhcp`. */
  readonly ip?: string;
  readonly gateway?: string;
}

export function ipv4Settings(config: StoredVmConfig, index: number): Ipv4Settings {
  const text = config[`ipconfig${index}`];
  if (text === undefined) return {};
  const { ip, gw } = readProperties(ipconfigFormat, text);
  return { ...(ip === undefined ? {} : { ip }), ...(gw === undefined ? {} : { gateway: gw }) };
}

function subnetLines({ ip, gateway }: Ipv4Settings): string[] {
  if (ip === undefined) return [];
  if (ip === "dhcp") return ["      - type: dhcp4"];
  const [address, length] = ip.split("/");
  return [
    "      - type: static",
    `        address: '${address}'`,
    `        netmask: '${dottedMask(Number(length))}'`,
    ...(gateway === undefined ? [] : [`        gateway: '${gateway}'`]),
  ];
}

/** The file network-config of the cloud-init drive (version 1). */
export function networkConfig(config: StoredVmConfig): string {
  const lines = ["version: 1", "config:"];
  const nics = Object.keys(config)
    .flatMap((option) => /^net(\d+)$/.exec(option)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
  for (const index of nics) {
    const mac = (nicOf(config, `net${index}`)?.macaddr ?? "").toLowerCase();
    lines.push("    - type: physical", `      name: eth${index}`, `      mac_address: '${mac}'`, "      subnets:");
    lines.push(...subnetLines(ipv4Settings(config, index)));
  }
  const search = searchDomains(config);
  const servers = nameServers(config);
  if (servers.length > 0 || search.length > 0) {
    lines.push("    - type: nameserver");
    if (servers.length > 0) lines.push("      address:", ...servers.map((server) => `      - '${server}'`));
    if (search.length > 0) lines.push("      search:", ...search.map((domain) => `      - '${domain}'`));
  }
  return `${lines.join("\n")}\n`;
}

/** The file meta-data: any change of user or network data gives a new instance, so cloud-init runs again. */
export function metaData(user: string, network: string): string {
  return `instance-id: ${createHash("sha1")
    .update(user + network)
    .digest("hex")}\n`;
}
