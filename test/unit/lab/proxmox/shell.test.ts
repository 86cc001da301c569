import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { proxmoxCommands } from "@ghrunners/cli/setup/proxmox-commands";
import { Accounts } from "@ghrunners/lab/proxmox/accounts";
import { runShell, type ShellAnswer } from "@ghrunners/lab/proxmox/shell";
import type { ProxmoxNode } from "@ghrunners/lab/proxmox/node";

const tokenId = "pulumi@pve!ghrunners";
const printed = proxmoxCommands({ tokenId, storage: "local-lvm", bridge: "vmbr0", pool: "runners" });

/** Words of a line as bash splits them. The printed lines quote with single quotes alone. */
const wordsOf = (line: string): string[] =>
  (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, "$1"));

describe("the shell of the lab's node", () => {
  let folder: string;
  let accounts: Accounts;
  let pools: Map<string, unknown>;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ghr-accounts-"));
    accounts = new Accounts(path.join(folder, "accounts.json"));
    pools = new Map();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const node = (): Pick<ProxmoxNode, "store" | "environment"> => ({
    store: {
      pool: (id: string) => pools.get(id),
      putPool: (pool: { poolid: string }) => pools.set(pool.poolid, pool),
    } as unknown as ProxmoxNode["store"],
    environment: { now: () => 0, randomBytes: (count) => Buffer.alloc(count, 0xab) },
  });
  const shell = (...line: string[]): ShellAnswer => runShell(line, node(), accounts);

  /** A printed line: `A || B` runs B where A fails. Redirections are the shell's own. */
  function run(line: string): ShellAnswer {
    let answer: ShellAnswer = { code: 1, stdout: "", stderr: "" };
    for (const part of line.split(" || ")) {
      answer = shell(...wordsOf(part.replace(/ >\/dev\/null| 2>(&1|\/dev\/null)/g, "")));
      if (answer.code === 0) break;
    }
    return answer;
  }

  it("takes every printed line, twice, and shows the token's value the first time alone", () => {
    const first = printed.map(run);
    assert.deepEqual(
      first.map(({ code, stderr }) => [code, stderr]),
      printed.map(() => [0, ""]),
    );
    const shown = first.map(({ stdout }) => stdout).join("");
    assert.match(shown, /│ full-tokenid │ pulumi@pve!ghrunners +│/);
    assert.match(shown, /│ value +│ abababab-abab-abab-abab-abababababab │/);
    const again = printed.map(run);
    assert.deepEqual(
      again.map(({ code, stdout }) => [code, stdout]),
      printed.map(() => [0, ""]),
    );
    assert.ok(pools.has("runners"));
  });

  it("gives the token what user and token both have, also after a restart", () => {
    printed.forEach(run);
    const [token] = new Accounts(path.join(folder, "accounts.json")).tokens();
    assert.equal(token?.id, tokenId);
    assert.deepEqual(
      token.acl.map(({ path: where }) => where),
      ["/vms", "/storage/local-lvm", "/sdn/zones/localnetwork/vmbr0", "/pool/runners"],
    );
    assert.ok(token.acl.every(({ privileges }) => privileges.includes("VM.Clone")));
  });

  it("gives a separate token nothing where its user or the token itself has no entry", () => {
    printed.filter((line) => !line.includes("--users") || !line.includes("'/vms'")).forEach(run);
    const acl = accounts.tokens()[0]?.acl ?? [];
    assert.deepEqual(acl.find(({ path: where }) => where === "/vms")?.privileges, []);
    shell("pveum", "user", "token", "add", "pulumi@pve", "all", "--privsep", "0");
    const all = accounts.tokens().find(({ id }) => id.endsWith("!all"));
    assert.ok(all?.acl.find(({ path: where }) => where === "/storage/local-lvm")?.privileges.includes("VM.Clone"));
  });

  it("refuses in Proxmox VE's words what is not there, there already or no privilege", () => {
    assert.match(shell("pveum", "role", "add", "R", "--privs", "VM.Monitor").stderr, /invalid privilege 'VM\.Monitor'/);
    assert.match(shell("pveum", "role", "modify", "R", "--privs", "VM.Audit").stderr, /role 'R' does not exist/);
    assert.equal(shell("pveum", "role", "add", "R", "--privs", "VM.Audit").code, 0);
    assert.match(shell("pveum", "role", "add", "R", "--privs", "VM.Audit").stderr, /role 'R' already exists/);
    const toUnknown = shell("pveum", "acl", "modify", "/vms", "--roles", "R", "--users", "no@pve");
    assert.match(toUnknown.stderr, /user 'no@pve' does not exist/);
    assert.equal(toUnknown.code, 255);
    assert.match(shell("pveum", "user", "token", "add", "no@pve", "t").stderr, /no such user \('no@pve'\)/);
    assert.match(shell("qm", "list").stderr, /the lab's node has no command 'qm list'/);
    assert.match(shell("pveum", "user", "add", "a@pve", "--groups", "x").stderr, /Unknown option '--groups'/);
  });
});
