/** What Proxmox VE needs before the first run: a role, a user and a token, as commands for its shell. Pure. */
import { requiredPrivileges } from "@ghrunners/components/preflight/judge";
import { quote } from "@ghrunners/core/ssh/render-script";

/** Role that the commands make. */
export const ROLE = "GHRunners";

/** What the commands are filled in with. */
export interface ProxmoxAccount {
  /** `USER@REALM!TOKENID`. */
  readonly tokenId: string;
  readonly storage: string;
  readonly bridge: string;
  /** Zone of the bridge, if that is a virtual network of SDN; undefined: it is none. */
  readonly zone?: string | undefined;
  readonly pool: string | undefined;
  /** Storage of the image of which the program makes its templates; undefined: they exist already. */
  readonly imageStorage?: string | undefined;
  /** Processor type of the VMs; undefined: the usual one. */
  readonly cpuType?: string | undefined;
  /** Network that may reach the nodes once the datacenter's firewall is on; undefined: the firewall is left as it is. */
  readonly adminCidr?: string | undefined;
}

/** What the account gets. */
export interface ProxmoxGrants {
  /** Privileges of the role. */
  readonly privileges: readonly string[];
  /** Paths on which user and token get the role. */
  readonly paths: readonly string[];
}

/**
 * Privileges and paths from the list that the preflight demands. Entries of single VMs become one on /vms: Proxmox VE
 * deletes a VM's own entries and its place in a pool together with the VM, so a machine could not be replaced. Source:
 * qemu-server, PVE/API2/Qemu.pm, destroy_vm calls remove_vm_access. Those of single nodes become one on /nodes: the
 * stack may not be configured yet.
 */
export function proxmoxGrants(account: Omit<ProxmoxAccount, "tokenId">): ProxmoxGrants {
  const { storage, bridge, zone, pool, imageStorage, cpuType } = account;
  const image = imageStorage === undefined ? undefined : { storage: imageStorage };
  const needed = requiredPrivileges({
    proxmox: { storage, bridge, zone, pool, image },
    cpuType,
    runners: [{ vmId: 101, templateId: 100, node: "any" }],
  });
  return {
    privileges: [...new Set(needed.map(({ privilege }) => privilege))].sort(),
    paths: [
      ...new Set(needed.map(({ path }) => path.replace(/^\/vms\/\d+$/, "/vms").replace(/^\/nodes\/.+$/, "/nodes"))),
    ],
  };
}

/** `pulumi@pve!ghrunners` to its user and the token's own name. */
function partsOf(tokenId: string): { user: string; token: string } {
  const [user = "", token = ""] = tokenId.split("!");
  return { user, token };
}

/**
 * Lines that turn the datacenter's firewall on, after the network that may still reach the nodes at 8006, 22 and 3128.
 * Proxmox VE keeps a single address without its length. Source: pve-firewall, PVE/Firewall.pm, parse_ip_or_cidr.
 */
function firewallCommands(adminCidr: string): string[] {
  const [sets, cidr] = ["/cluster/firewall/ipset", adminCidr.replace(/\/32$/, "")];
  const isMember = `pvesh get ${sets}/management --output-format json | grep -qF ${quote(`"cidr":"${cidr}"`)}`;
  return [
    `pvesh get ${sets}/management >/dev/null 2>&1 || pvesh create ${sets} --name management`,
    `${isMember} || pvesh create ${sets}/management --cidr ${quote(cidr)}`,
    // Only where the line before has not failed: without the set, nobody could reach the nodes any more.
    `${isMember} && pvesh set /cluster/firewall/options --enable 1`,
  ];
}

/** Shell lines for the node, as root. They can be run again: what exists is kept, the role is brought up to date. */
export function proxmoxCommands(account: ProxmoxAccount): string[] {
  const { privileges, paths } = proxmoxGrants(account);
  const { user, token } = partsOf(account.tokenId);
  const role = `${ROLE} --privs ${quote(privileges.join(","))}`;
  const unlessThere = (where: string, command: string): string => `pvesh get ${where} >/dev/null 2>&1 || ${command}`;
  const name = quote(user);
  return [
    `pveum role modify ${role} 2>/dev/null || pveum role add ${role}`,
    unlessThere(quote(`/access/users/${user}`), `pveum user add ${name} --comment 'GitHub Actions runners'`),
    ...(account.pool === undefined
      ? []
      : [unlessThere(quote(`/pools/${account.pool}`), `pveum pool add ${quote(account.pool)}`)]),
    unlessThere(
      quote(`/access/users/${user}/token/${token}`),
      `pveum user token add ${name} ${quote(token)} --privsep 1`,
    ),
    ...paths.flatMap((path) => [
      `pveum acl modify ${quote(path)} --roles ${ROLE} --users ${name}`,
      `pveum acl modify ${quote(path)} --roles ${ROLE} --tokens ${quote(account.tokenId)}`,
    ]),
    ...(account.adminCidr === undefined ? [] : firewallCommands(account.adminCidr)),
  ];
}

/** The commands with comments, as a shell script. */
export function proxmoxScript(account: ProxmoxAccount): string {
  return [
    "# Run this as root on a Proxmox VE node. It can be run again.",
    ...proxmoxCommands(account),
    account.adminCidr === undefined
      ? "# The firewall of the machines has an effect only while that of the datacenter is on; --admin-cidr turns it on."
      : `# The datacenter's firewall is on. Only ${account.adminCidr} and the nodes' own network reach the nodes at 8006 and 22.`,
    "# The table above shows the token's value once. With privilege separation the token has what user and token both have.",
    `# Next: ghrunners init, with ${account.tokenId}=VALUE in a file as the secret proxmoxToken`,
    "",
  ].join("\n");
}
