/** The programs `pveum` and `pvesh` of the node's shell, as far as an administrator needs them to prepare a stack. */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import type { Accounts } from "./accounts";
import { changedAt, createdAt, type DatacenterFirewall, getAt, isDatacenterFirewall } from "./firewall/datacenter";
import type { ProxmoxNode } from "./node";
import { applyNicSettings } from "./vm/guest";

/** What a program of the shell ended with. */
export interface ShellAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Every privilege that a role can have. Source: pve-access-control 9, PVE/AccessControl.pm, $privgroups. */
const privileges: ReadonlySet<string> = new Set([
  ...["Datastore.Allocate", "Datastore.AllocateSpace", "Datastore.AllocateTemplate", "Datastore.Audit"],
  ...["Group.Allocate", "Mapping.Audit", "Mapping.Modify", "Mapping.Use", "Permissions.Modify"],
  ...["Pool.Allocate", "Pool.Audit", "Realm.Allocate", "Realm.AllocateUser"],
  ...["SDN.Allocate", "SDN.Audit", "SDN.Use", "User.Modify"],
  ...["Sys.AccessNetwork", "Sys.Audit", "Sys.Console", "Sys.Incoming", "Sys.Modify", "Sys.PowerMgmt", "Sys.Syslog"],
  ...["VM.Allocate", "VM.Audit", "VM.Backup", "VM.Clone", "VM.Console", "VM.Migrate", "VM.PowerMgmt", "VM.Replicate"],
  ...["VM.Snapshot", "VM.Snapshot.Rollback", "VM.Config.CDROM", "VM.Config.CPU", "VM.Config.Cloudinit"],
  ...["VM.Config.Disk", "VM.Config.HWType", "VM.Config.Memory", "VM.Config.Network", "VM.Config.Options"],
  ...["VM.GuestAgent.Audit", "VM.GuestAgent.FileRead", "VM.GuestAgent.FileSystemMgmt", "VM.GuestAgent.FileWrite"],
  "VM.GuestAgent.Unrestricted",
]);

class ShellRefusal extends Error {}

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw new ShellRefusal(message);
}

type Values = Readonly<Record<string, string | undefined>>;

interface ShellCommand {
  /** First words of the line; further words without an option are the arguments. */
  readonly words: string;
  readonly options: readonly string[];
  readonly run: (
    args: readonly string[],
    values: Values,
    node: ProxmoxNode,
    accounts: Accounts,
  ) => string | Promise<string>;
}

function privilegesIn(values: Values): string[] {
  const wanted = (values.privs ?? "").split(/[,;\s]+/).filter((name) => name !== "");
  for (const name of wanted) refuseIf(!privileges.has(name), `invalid privilege '${name}'`);
  return wanted;
}

/** The table that `pveum user token add` prints: the only time that the token's value is shown. */
function tokenTable(id: string, isSeparate: boolean, value: string): string {
  const rows = [
    ["key", "value"],
    ["full-tokenid", id],
    ["info", JSON.stringify({ privsep: isSeparate ? "1" : "0" })],
    ["value", value],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const lines = rows.map((row) => `│ ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" │ ")} │`);
  const between = [rule("╞", "═", "╪", "╡"), rule("├", "─", "┼", "┤"), rule("├", "─", "┼", "┤")];
  return [
    rule("┌", "─", "┬", "┐"),
    ...lines.flatMap((line, index) => [line, between[index] ?? rule("└", "─", "┴", "┘")]),
    "",
  ].join("\n");
}

/** Changes the datacenter's firewall, and gives every running machine the rules that now have an effect. */
async function changeFirewall(
  node: ProxmoxNode,
  next: (firewall: DatacenterFirewall) => DatacenterFirewall,
): Promise<string> {
  node.store.putDatacenterFirewall(next(node.store.datacenterFirewall()));
  for (const { vmid } of node.store.allVms())
    await node.exclusive(vmid, async () => {
      const vm = node.store.vm(vmid);
      if (vm !== undefined) await applyNicSettings(node, vm);
    });
  return "";
}

const commands: readonly ShellCommand[] = [
  {
    words: "pveum role add",
    options: ["privs"],
    run: ([role = ""], values, _, accounts) => {
      refuseIf(accounts.hasRole(role), `create role failed: role '${role}' already exists`);
      accounts.putRole(role, privilegesIn(values));
      return "";
    },
  },
  {
    words: "pveum role modify",
    options: ["privs"],
    run: ([role = ""], values, _, accounts) => {
      refuseIf(!accounts.hasRole(role), `update role failed: role '${role}' does not exist`);
      accounts.putRole(role, privilegesIn(values));
      return "";
    },
  },
  {
    words: "pveum user token add",
    options: ["privsep"],
    run: ([user = "", name = ""], { privsep = "1" }, { environment }, accounts) => {
      const id = `${user}!${name}`;
      refuseIf(!accounts.hasUser(user), `no such user ('${user}')`);
      refuseIf(accounts.hasToken(id), "400 Parameter verification failed.\ntokenid: Token already exists.");
      const hex = environment.randomBytes(16).toString("hex");
      const value = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
      const isSeparate = privsep !== "0";
      accounts.addToken({ id, secretSha256: createHash("sha256").update(value).digest("hex"), isSeparate });
      return tokenTable(id, isSeparate, value);
    },
  },
  {
    words: "pveum user add",
    options: ["comment"],
    run: ([user = ""], _values, _, accounts) => {
      refuseIf(accounts.hasUser(user), `create user failed: user '${user}' already exists`);
      accounts.addUser(user);
      return "";
    },
  },
  {
    words: "pveum pool add",
    options: ["comment"],
    run: ([poolid = ""], { comment }, { store }) => {
      refuseIf(store.pool(poolid) !== undefined, `create pool failed: pool '${poolid}' already exists`);
      store.putPool({ poolid, vms: [], ...(comment === undefined ? {} : { comment }) });
      return "";
    },
  },
  {
    words: "pveum acl modify",
    options: ["roles", "users", "tokens"],
    run: ([path = ""], { roles: role = "", users, tokens }, _, accounts) => {
      refuseIf(!accounts.hasRole(role), `ACL update failed: role '${role}' does not exist`);
      refuseIf(users !== undefined && !accounts.hasUser(users), `ACL update failed: user '${users}' does not exist`);
      refuseIf(tokens !== undefined && !accounts.hasToken(tokens), `ACL update failed: no such token '${tokens}'`);
      for (const subject of [users, tokens]) if (subject !== undefined) accounts.addEntry({ path, role, subject });
      return "";
    },
  },
  {
    words: "pvesh get",
    options: ["output-format"],
    run: ([path = ""], _values, { store }, accounts) => {
      if (isDatacenterFirewall(path)) return getAt(path, store.datacenterFirewall());
      const [, pool, user = "", token] =
        /^\/pools\/(.+)$|^\/access\/users\/([^/]+)(?:\/token\/(.+))?$/.exec(path) ?? [];
      if (pool !== undefined) refuseIf(store.pool(pool) === undefined, `pool '${pool}' does not exist`);
      else if (token !== undefined)
        refuseIf(!accounts.hasToken(`${user}!${token}`), `no such token '${user}!${token}'`);
      else refuseIf(!accounts.hasUser(user), `no such user ('${user}')`);
      return "";
    },
  },
  {
    words: "pvesh create",
    options: ["name", "cidr"],
    run: ([path = ""], values, node) => {
      refuseIf(!isDatacenterFirewall(path), `No 'create' handler defined for '${path}'`);
      return changeFirewall(node, (firewall) => createdAt(path, values, firewall));
    },
  },
  {
    words: "pvesh set",
    options: ["enable"],
    run: ([path = ""], values, node) => changeFirewall(node, (firewall) => changedAt(path, values, firewall)),
  },
];

/**
 * Runs one line of the node's shell, by the words that the shell made of it.
 * @example (await runShell(["pveum", "user", "add", "pulumi@pve"], node, accounts)).code // 0
 */
export async function runShell(line: readonly string[], node: ProxmoxNode, accounts: Accounts): Promise<ShellAnswer> {
  const found = commands.find(({ words }) => `${line.join(" ")} `.startsWith(`${words} `));
  if (found === undefined)
    return {
      code: 255,
      stdout: "",
      stderr: `ERROR: the lab's node has no command '${line.slice(0, 3).join(" ")}'. It has: ${commands.map(({ words }) => words).join(", ")}\n`,
    };
  try {
    const { values, positionals } = parseArgs({
      args: line.slice(found.words.split(" ").length),
      options: Object.fromEntries(found.options.map((name) => [name, { type: "string" as const }])),
      allowPositionals: true,
    });
    return { code: 0, stdout: await found.run(positionals, values, node, accounts), stderr: "" };
  } catch (error) {
    return { code: 255, stdout: "", stderr: `${(error as Error).message}\n` };
  }
}
