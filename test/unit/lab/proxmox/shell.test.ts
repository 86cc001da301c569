import assert from "node:assert/strict";
import http from "node:http";
import path from "node:path";
import { proxmoxCommands } from "@ghrunners/cli/setup/proxmox-commands";
import { projectRoot } from "@ghrunners/core/project-root";
import { type Finished, runProcess } from "@ghrunners/core/process";
import { Accounts } from "@ghrunners/lab/proxmox/accounts";
import { ApiOnlyBackend, type MachineBackend } from "@ghrunners/lab/machines/index";
import { EmulatorHarness, tokenId as testToken } from "./harness";

const tokenId = "pulumi@pve!ghrunners";
const adminCidr = "192.0.2.7/32";
const printed = proxmoxCommands({ tokenId, storage: "local-lvm", bridge: "vmbr0", pool: "runners" });

/** Machines that run nothing, and the rules that they were given. */
function filteredMachines(state: string, given: Map<number, string | undefined>): MachineBackend {
  const machines: MachineBackend = new ApiOnlyBackend({ state });
  machines.setFirewall = async (vmid, script) => void given.set(vmid, script);
  return machines;
}

describe("the shell of the lab's node", () => {
  let lab: EmulatorHarness;
  const given = new Map<number, string | undefined>();
  let socket: http.Server;
  beforeEach(async () => {
    lab = await EmulatorHarness.start({ datacenterFirewall: false }, (folder) => filteredMachines(folder, given));
    socket = http.createServer((request, response) => lab.emulator.administration(request, response));
    await new Promise<void>((resolve) => socket.listen(path.join(lab.folder, "socket"), resolve));
  });
  afterEach(async () => {
    await new Promise((resolve) => socket.close(resolve));
    await lab.stop();
  });

  /** Lines in a POSIX shell with the programs of the node, as `npm run lab -- node-shell` starts them. */
  async function shell(lines: readonly string[]): Promise<Finished> {
    const programs = path.join(projectRoot, "lab/proxmox/node-shell");
    const env = {
      PATH: [programs, path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      LAB_PROXMOX_SOCKET: path.join(lab.folder, "socket"),
    };
    return runProcess(["sh", "-u", "-c", lines.join("\n")], { cwd: lab.folder, env });
  }
  const accounts = (): Accounts => new Accounts(path.join(lab.folder, "accounts.json"));

  it("takes every printed line, twice, and shows the token's value the first time alone", async () => {
    const first = await shell(printed);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.match(first.stdout, /│ full-tokenid │ pulumi@pve!ghrunners +│/);
    assert.match(first.stdout, /│ value +│ [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} │/);
    const again = await shell(printed);
    assert.deepEqual([again.code, again.stdout, again.stderr], [0, "", ""]);
    assert.ok(lab.emulator.node.store.pool("runners"));
  });

  it("gives the token what user and token both have, also after a restart", async () => {
    await shell(printed);
    const [token] = accounts().tokens();
    assert.equal(token?.id, tokenId);
    assert.deepEqual(
      token.acl.map(({ path: where }) => where),
      ["/vms", "/storage/local-lvm", "/sdn/zones/localnetwork/vmbr0", "/pool/runners"],
    );
    assert.ok(token.acl.every(({ privileges }) => privileges.includes("VM.Clone")));
  });

  it("gives a separate token nothing where its user or the token itself has no entry", async () => {
    await shell(printed.filter((line) => !line.includes("--users") || !line.includes("'/vms'")));
    const acl = accounts().tokens()[0]?.acl ?? [];
    assert.deepEqual(acl.find(({ path: where }) => where === "/vms")?.privileges, []);
    await shell(["pveum user token add pulumi@pve all --privsep 0"]);
    const all = accounts()
      .tokens()
      .find(({ id }) => id.endsWith("!all"));
    assert.ok(all?.acl.find(({ path: where }) => where === "/storage/local-lvm")?.privileges.includes("VM.Clone"));
  });

  it("turns the datacenter's firewall on for machines that run, after the network that may reach the nodes", async () => {
    await lab.clone(151);
    await lab.get("PUT", lab.vm(151, "/config"), { net0: "virtio,bridge=vmbr0,firewall=1" });
    await lab.get("PUT", lab.vm(151, "/firewall/options"), { enable: 1 });
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
    given.clear();
    const lines = proxmoxCommands({ tokenId, storage: "local-lvm", bridge: "vmbr0", pool: undefined, adminCidr });
    for (const time of ["first", "second"]) {
      const { code, stderr } = await shell(lines);
      assert.deepEqual([code, stderr], [0, ""], time);
      const { store } = lab.emulator.node;
      assert.deepEqual(store.datacenterFirewall(), { isOn: true, ipsets: { management: ["192.0.2.7"] } });
      assert.match(given.get(151) ?? "", /policy drop/);
    }
    await lab.restart();
    assert.equal(lab.emulator.node.store.datacenterFirewall().isOn, true);
  });

  it("leaves the firewall off where the network was not taken", async () => {
    const lines = proxmoxCommands({ tokenId, storage: "local-lvm", bridge: "vmbr0", pool: undefined, adminCidr });
    const { code } = await shell(lines.map((line) => line.replace("--cidr '192.0.2.7'", "--cidr 'everybody'")));
    assert.notEqual(code, 0);
    assert.equal(lab.emulator.node.store.datacenterFirewall().isOn, false);
  });

  it("refuses in Proxmox VE's words what is not there, there already or no privilege", async () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      ["pveum role add R --privs VM.Monitor", /invalid privilege 'VM\.Monitor'/],
      ["pveum role modify R --privs VM.Audit", /role 'R' does not exist/],
      ["pveum role add R --privs VM.Audit; pveum role add R --privs VM.Audit", /role 'R' already exists/],
      ["pveum acl modify /vms --roles R --users no@pve", /user 'no@pve' does not exist/],
      ["pveum user token add no@pve t", /no such user \('no@pve'\)/],
      [`pveum user token add ${testToken.split("!")[0]} t --unknown`, /Unknown option '--unknown'/],
      ["pvesh get /cluster/firewall/ipset/management", /no such IPSet 'management'/],
      ["pvesh create /cluster/firewall/ipset", /name: property is missing/],
      ["pvesh create /nodes", /No 'create' handler defined for '\/nodes'/],
      ["pvesh set /cluster/firewall/options --enable yes", /enable: type check \('integer'\) failed/],
      ["pvesh set /nodes --enable 1", /No 'set' handler defined for '\/nodes'/],
      ["pveum group add g", /the lab's node has no command 'pveum group add'/],
    ];
    for (const [line, words] of refused) {
      const { code, stderr } = await shell([line]);
      assert.equal(code, 255, line);
      assert.match(stderr, words, line);
    }
  });
});
