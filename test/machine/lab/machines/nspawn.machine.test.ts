import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { send } from "@ghrunners/lab/processes";
import { renderFirewall } from "@ghrunners/lab/proxmox/firewall/render";
import { until } from "@ghrunners/core/until";
import { MachineRig } from "../../../unit/lab/machines/rig";

const vmid = 151;
const other = 152;

describe("systemd-nspawn machines", function () {
  this.timeout(240_000);
  const rig = new MachineRig("machtest");
  before(() => rig.up());
  after(() => rig.down());

  /** Whether a TCP connection from the node to the machine is taken. */
  const connects = (port: number): boolean =>
    spawnSync("nsenter", [
      `--net=${rig.instance.netns}`,
      "socat",
      "-u",
      "OPEN:/dev/null",
      `TCP:${rig.address(vmid)}:${port},connect-timeout=1`,
    ]).status === 0;

  it("boot to a login over SSH, with the user that cloud-init made", async () => {
    const started = performance.now();
    await rig.backend.start(vmid, rig.settings(vmid));
    await rig.sshComesUp(vmid);
    process.stdout.write(`      ${((performance.now() - started) / 1000).toFixed(1)} s from power on to a login\n`);
    assert.equal(await rig.ssh(vmid, "hostname; sudo id -u"), "machine-151\n0");
    assert.equal(
      await until("the guest is ready", 5_000, () => rig.backend.guestState(vmid) === "ready" && "ready"),
      "ready",
    );
    await assert.rejects(rig.backend.start(vmid, rig.settings(vmid)), /already running/);
  });

  it("have what a runner needs, and nothing that the program is to bring", async () => {
    assert.match(
      await rig.ssh(vmid, "node --version; jq --version; curl --version | head -n 1"),
      /^v\d+[^]*jq-[^]*curl /,
    );
    assert.equal(await rig.ssh(vmid, "systemctl is-enabled prometheus-node-exporter || true"), "disabled");
    assert.equal(await rig.ssh(vmid, "systemctl is-system-running --wait"), "running");
    const trusted = await rig.ssh(vmid, "cat /etc/ssl/certs/ca-certificates.crt");
    const own = await rig.ssh(vmid, "cat /usr/local/share/ca-certificates/ghrunners-lab.crt");
    assert.ok(trusted.includes(own));
  });

  it("see their own processor time, not that of the host", async () => {
    /** Per cent of all processors that were at work during six seconds, as a program of the machine sees it. */
    const busy = async (meanwhile = ""): Promise<number> => {
      const line = await rig.ssh(vmid, `${meanwhile} vmstat --one-header 6 2 | tail -n 1`);
      const [user = NaN, system = NaN] = line.trim().split(/\s+/).slice(12).map(Number);
      return user + system;
    };
    const burning = [1, 2].map(() => spawn("sh", ["-c", "while :; do :; done"]));
    try {
      const quiet = await busy();
      assert.ok(quiet < 30, `${quiet} % on a machine that does nothing`);
    } finally {
      for (const each of burning) each.kill("SIGKILL");
    }
    const working = await busy("timeout 8 sh -c 'while :; do :; done' &");
    assert.ok(working > 5, `${working} % on a machine that works`);
    // A link that the machine's root puts there leads the host nowhere.
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-processor-"));
    try {
      const file = path.join(folder, "kept");
      writeFileSync(file, "kept");
      await rig.ssh(vmid, `sudo ln -sfn ${file} /.lab-processor-time`);
      assert.ok((await busy()) < 50, "the figures stopped");
      assert.equal(readFileSync(file, "utf8"), "kept");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("have no route out of the lab, and no host key of another machine", async () => {
    assert.equal(await rig.ssh(vmid, "ip -4 route show default"), "default via 198.51.100.1 dev eth0");
    assert.match(
      await rig.ssh(vmid, "curl -sS --max-time 2 http://203.0.113.1/ 2>&1 || true"),
      /Couldn't connect|timed out|unreachable/i,
    );
    await rig.backend.start(other, rig.settings(other));
    await rig.sshComesUp(other);
    const key = "cat /etc/ssh/ssh_host_ed25519_key.pub /etc/machine-id";
    assert.notEqual(await rig.ssh(other, key), await rig.ssh(vmid, key));
    await rig.backend.destroy(other);
  });

  it("start and end without a change of the node's own address, on which other machines depend", async () => {
    const bridgeMac = (): string => {
      const shown = spawnSync("ip", ["-n", rig.instance.prefix, "-j", "link", "show", "type", "bridge"], {
        encoding: "utf8",
      });
      return (JSON.parse(shown.stdout) as { address: string }[])[0]?.address ?? "";
    };
    const before = bridgeMac();
    await rig.backend.start(other, rig.settings(other));
    assert.equal(bridgeMac(), before);
    await rig.backend.destroy(other);
    assert.equal(bridgeMac(), before);
    assert.equal(before, "02:00:00:00:00:01");
  });

  it("report their address as the guest agent does", async () => {
    const eth0 = (await rig.backend.interfaces(vmid)).find(({ name }) => name === "eth0");
    assert.equal(eth0?.mac, "bc:24:11:00:00:51");
    assert.deepEqual(
      eth0.addresses.find(({ family }) => family === "ipv4"),
      { family: "ipv4", address: rig.address(vmid), prefix: 24 },
    );
  });

  it("boot again when the guest asks for it", async () => {
    // The boot id of /proc is the host's; systemd's own start time is the machine's.
    const startTime = "systemctl show --property=UserspaceTimestampMonotonic --value";
    const earlier = await rig.ssh(vmid, startTime);
    rig.exec(vmid, "systemctl", "reboot");
    await until("the machine has booted again", 60_000, async () => (await rig.ssh(vmid, startTime)) !== earlier);
    assert.ok(rig.backend.isRunning(vmid));
  });

  it("freeze and thaw", async () => {
    await rig.backend.freeze(vmid);
    await until("the machine is frozen", 5_000, () => rig.backend.guestState(vmid) === "frozen");
    await assert.rejects(rig.ssh(vmid, "true"));
    assert.ok(rig.backend.isRunning(vmid));
    await rig.backend.thaw(vmid);
    await rig.sshComesUp(vmid);
  });

  it("lose their link and get it back", async () => {
    await rig.backend.setLink(vmid, false);
    assert.equal(connects(22), false);
    await rig.backend.setLink(vmid, true);
    await rig.sshComesUp(vmid);
  });

  it("run out of disk, and the guest cannot undo it", async () => {
    await rig.backend.fillDisk(vmid);
    assert.match(
      await rig.ssh(vmid, "sudo dd if=/dev/zero of=/root/x bs=64K count=16 2>&1 || true"),
      /No space left on device/,
    );
    assert.ok(rig.backend.isRunning(vmid));
    await rig.backend.clearDisk(vmid);
    await rig.ssh(vmid, "sudo rm -f /root/x; echo full | sudo tee /root/kept");
  });

  it("hold a service to the memory that its unit file gives it, and no other", async () => {
    const wants = "import time\nwhile True: taken = bytearray(100 << 20); time.sleep(0.2)";
    rig.sh(vmid, `cat >/root/wants.py <<'X'\n${wants}\nX`);
    for (const [unit, limit] of [
      ["greedy", "MemoryMax=50M"],
      ["modest", "MemoryMax=1G"],
    ]) {
      const text = `[Service]\\n${limit}\\nExecStart=/usr/bin/python3 /root/wants.py\\n`;
      rig.sh(vmid, `printf '${text}' >/etc/systemd/system/${unit}.service`);
    }
    rig.sh(vmid, "systemctl daemon-reload; systemctl start greedy modest");
    const state = (unit: string): string => rig.sh(vmid, `systemctl is-active ${unit} || true`);
    await until("the kernel ends the service that takes too much", 20_000, () => state("greedy") === "failed");
    assert.match(rig.sh(vmid, "systemctl show --property=Result --value greedy"), /^(signal|oom-kill)$/);
    assert.equal(state("modest"), "active");
    rig.sh(vmid, "systemctl stop modest; rm /etc/systemd/system/greedy.service /etc/systemd/system/modest.service");
  });

  it("are filtered from outside, both ways, at once", async () => {
    rig.exec(vmid, "systemd-run", "--unit=web", "python3", "-m", "http.server", "8080");
    await until("the web server answers", 10_000, () => connects(8080));
    const rules = [{ type: "in", action: "ACCEPT", enable: "1", proto: "tcp", dport: "22", source: "198.51.100.1" }];
    await rig.backend.setFirewall(vmid, renderFirewall({ options: { enable: "1" }, rules }, ""));
    assert.equal(connects(8080), false);
    await rig.ssh(vmid, "true");
    assert.throws(() => rig.exec(vmid, "ip", "link", "set", "eth0", "down"), /Operation not permitted/);
    await rig.backend.setFirewall(vmid, undefined);
    assert.equal(connects(8080), true);
  });

  it("shut down cleanly; a larger disk and what was written are there at the next start", async () => {
    // What the host writes at each start goes through no link that the machine's root made.
    const ofHost = mkdtempSync(path.join(tmpdir(), "ghr-seed-"));
    writeFileSync(path.join(ofHost, "kept"), "kept");
    await rig.ssh(vmid, `sudo ln -sfn ${ofHost}/kept /etc/resolv.conf`);
    await rig.ssh(vmid, `sudo rm -r /var/lib/cloud/seed && sudo ln -s ${ofHost} /var/lib/cloud/seed`);
    await until("the machine is off", 30_000, async () => {
      await rig.backend.requestShutdown(vmid);
      return !rig.backend.isRunning(vmid);
    });
    await rig.backend.start(vmid, rig.settings(vmid, { diskBytes: 2 ** 30 }));
    await rig.sshComesUp(vmid);
    assert.equal(await rig.ssh(vmid, "sudo cat /root/kept"), "full");
    assert.ok(Number(await rig.ssh(vmid, "df --output=size --block-size=1M / | tail -n 1")) > 900);
    assert.deepEqual([readdirSync(ofHost), readFileSync(path.join(ofHost, "kept"), "utf8")], [["kept"], "kept"]);
    assert.match(
      await rig.ssh(vmid, "cat /etc/resolv.conf && ls /var/lib/cloud/seed/nocloud"),
      /^nameserver|user-data/m,
    );
    rmSync(ofHost, { recursive: true });
  });

  it("end at once when the power is cut", async () => {
    await rig.backend.stop(vmid);
    assert.equal(rig.backend.isRunning(vmid), false);
    assert.equal(rig.backend.poweredOnAt(vmid), undefined);
    assert.ok(!readFileSync("/proc/self/mountinfo", "utf8").includes(`${rig.instance.state}/machines/${vmid}`));
    await rig.backend.stop(vmid);
  });

  it("keep running when systemd-nspawn or the supervisor is killed, and can still be stopped", async () => {
    await rig.backend.start(vmid, rig.settings(vmid, { diskBytes: 2 ** 30 }));
    await rig.sshComesUp(vmid);
    for (const pid of rig.processes(`${rig.instance.prefix}-vm${vmid}`)) send(pid, "SIGKILL");
    for (const pid of rig.processes(`supervise.sh ${vmid}`)) send(pid, "SIGKILL");
    await rig.ssh(vmid, "true");
    assert.equal(rig.backend.isRunning(vmid), true);
    await rig.backend.stop(vmid);
    await rig.backend.start(vmid, rig.settings(vmid, { diskBytes: 2 ** 30 }));
    await rig.sshComesUp(vmid);
  });

  it("leave nothing when they are all destroyed, whatever was killed before", async () => {
    await rig.backend.start(other, rig.settings(other));
    for (const pid of rig.processes(`supervise.sh ${other}`)) send(pid, "SIGKILL");
    assert.notDeepEqual(rig.leftovers(), []);
    await rig.down();
    assert.deepEqual(rig.leftovers(), []);
    await rig.down();
  });
});
