import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import https from "node:https";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { adminRequest } from "@ghrunners/lab/admin";
import { encodeSshKeys } from "@ghrunners/lab/proxmox/values";
import { ensureAuthority, ensureServerCertificate } from "@ghrunners/lab/tls";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../../unit/lab/machines/rig";
import { node, secret, testSeed, tokenId } from "../../../unit/lab/proxmox/harness";

const vmid = 151;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The emulator as the process that it is, with real machines. */
describe("the emulator's process and its machines", function () {
  this.timeout(240_000);
  const rig = new MachineRig("pvetest");
  const folder = path.join(rig.instance.state, "proxmox");
  const socket = path.join(folder, "proxmox.sock");
  let port = 0;
  let ca = "";
  let child: ChildProcess;

  before(async () => {
    await rig.up();
    mkdirSync(folder, { recursive: true });
    const authority = await ensureAuthority(path.join(folder, "ca"), new Date());
    ca = readFileSync(authority.certificate, "utf8");
    const files = { certificate: path.join(folder, "server.pem"), key: path.join(folder, "server-key.pem") };
    await ensureServerCertificate(authority, files, { ips: ["127.0.0.1"], names: ["localhost"] }, new Date());
    const tokens = [{ ...testSeed().tokens[0]!, secretSha256: createHash("sha256").update(secret).digest("hex") }];
    writeFileSync(path.join(folder, "seed.json"), JSON.stringify(testSeed({ tokens })));
    port = await freePort();
    await serve();
  });
  after(async () => {
    child?.kill("SIGKILL");
    await rig.down();
    assert.deepEqual(rig.leftovers(), []);
  });

  async function serve(): Promise<void> {
    const tls = ["--tls-cert", path.join(folder, "server.pem"), "--tls-key", path.join(folder, "server-key.pem")];
    const where = [
      "--instance",
      rig.instance.name,
      "--state",
      folder,
      "--listen",
      `127.0.0.1:${port}`,
      "--socket",
      socket,
    ];
    child = spawn(
      process.execPath,
      ["--import", "tsx", "lab/proxmox/main.ts", ...where, ...tls, "--backend", "nspawn"],
      { stdio: "inherit" },
    );
    await until(
      "the emulator is healthy",
      30_000,
      async () => (await adminRequest(socket, "GET", "/_lab/health")).status === 200,
    );
  }

  async function killEmulator(): Promise<void> {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  function call<T>(method: string, apiPath: string, form: Record<string, string> = {}): Promise<T> {
    const text = new URLSearchParams(form).toString();
    const type = "application/x-www-form-urlencoded";
    const headers = {
      authorization: `PVEAPIToken=${tokenId}=${secret}`,
      "content-type": type,
      "content-length": Buffer.byteLength(text),
    };
    return new Promise((resolve, reject) => {
      const request = https.request(
        { host: "127.0.0.1", port, ca, agent: false, method, path: `/api2/json${apiPath}`, headers },
        (response) => {
          let body = "";
          response.setEncoding("utf8").on("data", (part: string) => (body += part));
          response.on("end", () => {
            if (response.statusCode === 200) resolve((JSON.parse(body) as { data: T }).data);
            else reject(new Error(`${method} ${apiPath}: ${response.statusCode} ${response.statusMessage}`));
          });
        },
      );
      request.on("error", reject);
      request.end(text);
    });
  }

  async function task(method: string, apiPath: string, form: Record<string, string> = {}): Promise<void> {
    const upid = await call<string>(method, apiPath, form);
    const end = await until(
      `task ${upid} has ended`,
      60_000,
      async () =>
        (await call<{ exitstatus?: string }>("GET", `/nodes/${node}/tasks/${upid.replace("!", "%21")}/status`))
          .exitstatus,
    );
    assert.equal(end, "OK");
  }

  const vm = (rest: string): string => `/nodes/${node}/qemu/${vmid}${rest}`;
  const status = async (): Promise<string> => (await call<{ status: string }>("GET", vm("/status/current"))).status;

  it("listens for its administration to root alone", () => assert.equal(statSync(socket).mode & 0o777, 0o600));

  it("clones, boots and shows the guest's address", async () => {
    await task("POST", `/nodes/${node}/qemu/9000/clone`, { newid: String(vmid), full: "1", name: "runner-1" });
    await call("PUT", vm("/config"), {
      agent: "enabled=1,type=virtio",
      ciupgrade: "0",
      ciuser: "runner",
      ipconfig0: `gw=198.51.100.1,ip=${rig.address(vmid)}/24`,
      net0: "model=virtio,bridge=vmbr0,firewall=1",
      sshkeys: encodeSshKeys([rig.publicKey()]),
    });
    await task("PUT", vm("/resize"), { disk: "scsi0", size: "3G" });
    await task("POST", vm("/status/start"));
    const seen = await until("the agent answers", 60_000, () =>
      call<{ result: object[] }>("GET", vm("/agent/network-get-interfaces")),
    );
    assert.ok(JSON.stringify(seen).includes(`"ip-address":"${rig.address(vmid)}"`));
    assert.equal(await rig.sshComesUp(vmid), "runner-1");
    assert.match(await rig.ssh(vmid, "df --output=size --block-size=1M / | tail -n 1"), /^(29|30)\d\d$/);
  });

  it("finds its running machines again after kill -9", async () => {
    const startTime = "systemctl show --property=UserspaceTimestampMonotonic --value";
    const earlier = await rig.ssh(vmid, startTime);
    await killEmulator();
    assert.equal(await rig.ssh(vmid, startTime), earlier);
    await serve();
    assert.equal(await status(), "running");
    assert.equal(await rig.ssh(vmid, startTime), earlier);
  });

  it("carries on when it was killed while a machine was starting", async () => {
    await task("POST", vm("/status/stop"));
    const starting = call("POST", vm("/status/start")).catch(() => undefined);
    await until(
      "the start is under way",
      5_000,
      () => rig.processes("scripts/start.sh").length > 0 || rig.backend.isRunning(vmid),
    );
    await killEmulator();
    await starting;
    await serve();
    await until("the machine runs", 60_000, async () => {
      if ((await status()) === "running") return true;
      await task("POST", vm("/status/start"));
      return false;
    });
    assert.equal(await rig.sshComesUp(vmid), "runner-1");
  });

  it("puts the VM's firewall before the machine", async () => {
    await call("POST", vm("/firewall/rules"), {
      type: "in",
      action: "ACCEPT",
      enable: "1",
      proto: "tcp",
      dport: "9100",
    });
    await call("PUT", vm("/firewall/options"), { enable: "1", policy_in: "DROP" });
    await assert.rejects(rig.ssh(vmid, "true"));
    await call("POST", vm("/firewall/rules"), {
      type: "in",
      action: "ACCEPT",
      enable: "1",
      macro: "SSH",
      source: "198.51.100.1",
    });
    assert.equal(await rig.sshComesUp(vmid), "runner-1");
    await task("POST", vm("/status/reboot"), { timeout: "60" });
    await rig.sshComesUp(vmid);
    await call("PUT", vm("/config"), { net0: "model=virtio,bridge=vmbr0,firewall=1,link_down=1" });
    await assert.rejects(rig.ssh(vmid, "true"));
    await call("PUT", vm("/config"), { net0: "model=virtio,bridge=vmbr0,firewall=1" });
    await rig.sshComesUp(vmid);
  });

  it("starts and ends each machine fault", async () => {
    const fault = (method: "PUT" | "DELETE", name: string) =>
      adminRequest(socket, method, `/_lab/faults/${name}`, { vmid });
    for (const name of ["freeze", "link-down"]) {
      assert.equal((await fault("PUT", name)).status, 200);
      await assert.rejects(rig.ssh(vmid, "true"), name);
      assert.equal(await status(), "running");
      assert.equal((await fault("DELETE", name)).status, 200);
      await rig.sshComesUp(vmid);
    }
    await fault("PUT", "disk-full");
    assert.match(await rig.ssh(vmid, "dd if=/dev/zero of=x bs=64K count=16 2>&1; rm x"), /No space left/);
    await fault("DELETE", "disk-full");
    await rig.ssh(vmid, "dd if=/dev/zero of=x bs=64K count=16; rm x");
    const work = "/opt/actions-runner/_work";
    rig.exec(vmid, "install", "-d", "-m", "0755", work);
    const inside: Readonly<Record<string, readonly [string, string]>> = {
      "inodes-exhausted": ["df --output=iavail / | tail -n 1 | tr -d ' '; touch ~/x 2>&1; rm -f ~/x", "0"],
      "work-folder-closed": [`stat --format %a ${work}`, "0"],
      "sudo-broken": ["sudo -n true 2>&1", "sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set"],
    };
    for (const [name, [command, broken]] of Object.entries(inside)) {
      const well = await rig.ssh(vmid, command);
      for (const time of ["once", "again"]) assert.equal((await fault("PUT", name)).status, 200, `${name} ${time}`);
      const seen = await rig.ssh(vmid, `${command} || true`);
      assert.equal(seen.split("\n")[0], broken, `${name}: ${seen}`);
      assert.equal((await fault("DELETE", name)).status, 200, name);
      const after = await rig.ssh(vmid, command);
      assert.equal(name === "inodes-exhausted" ? Number(after) > 0 : after === well, true, `${name}: ${after}`);
    }
    await fault("PUT", "ssh-stopped");
    await assert.rejects(rig.ssh(vmid, "true"), "no SSH server");
    assert.equal(rig.exec(vmid, "systemctl", "is-system-running"), "running");
    await fault("DELETE", "ssh-stopped");
    await rig.sshComesUp(vmid);
    await fault("PUT", "sudo-broken");
    await fault("PUT", "stop");
    const off = await fault("DELETE", "sudo-broken");
    assert.deepEqual([off.status, JSON.stringify(off.body).includes("is not running")], [409, true]);
    await fault("DELETE", "stop");
    assert.equal((await fault("DELETE", "sudo-broken")).status, 200, "as soon as the machine is on");
    await rig.sshComesUp(vmid);
    assert.equal(await rig.ssh(vmid, "sudo -n id -u"), "0");
    await fault("PUT", "stop");
    assert.equal(await status(), "stopped");
    await fault("DELETE", "stop");
    await rig.sshComesUp(vmid);
  });

  it("shuts down and deletes", async () => {
    await task("POST", vm("/status/shutdown"), { forceStop: "1", timeout: "60" });
    await task("DELETE", `${vm("/")}?purge=1&destroy-unreferenced-disks=1`);
    assert.deepEqual(
      rig.leftovers().filter((entry) => entry.includes(`vm${vmid}`)),
      [],
    );
  });
});
