import assert from "node:assert/strict";
import { z } from "zod";
import { until } from "@ghrunners/core/until";
import { EmulatorHarness, node } from "./harness";

/** Kinds as the provider's Go types decode them: a number is no string, and the other way round. */
const whole = z.number().int();
const flag = z.union([z.literal(0), z.literal(1), z.boolean()]);
const text = z.string().min(1);
const upid = z.string().regex(new RegExp(`^UPID:${node}:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:\\w+:\\d*:\\S+:$`));
const configSchema = z.object({
  digest: z.string().length(40),
  name: text,
  memory: z.union([z.string(), whole]),
  balloon: whole.optional(),
  cores: whole,
  sockets: whole.optional(),
  numa: flag.optional(),
  onboot: flag.optional(),
  ciupgrade: flag.optional(),
  protection: flag.optional(),
  cpu: text.optional(),
  agent: text.optional(),
  net0: text,
  scsi0: z.string().regex(/,size=\d+[KMGT]?/),
  ide2: z.string().includes("cloudinit").optional(),
  tags: text.optional(),
});
const statusSchema = z.object({
  status: z.enum(["running", "stopped"]),
  vmid: whole,
  name: text,
  cpus: whole,
  maxmem: whole,
  maxdisk: whole,
  uptime: whole,
  qmpstatus: text,
  pid: whole.optional(),
  agent: whole.optional(),
});
const resourcesSchema = z.array(
  z.object({
    id: text,
    type: z.literal("qemu"),
    node: text,
    vmid: whole,
    mem: whole,
    maxmem: whole,
    disk: whole,
    maxdisk: whole,
    uptime: whole,
  }),
);

describe("the provider's calls in their order", () => {
  let lab: EmulatorHarness;
  before(async () => (lab = await EmulatorHarness.start()));
  after(() => lab.stop());

  const config = async () => configSchema.parse(await lab.get("GET", lab.vm(101, "/config")));
  const status = async () => statusSchema.parse(await lab.get("GET", lab.vm(101, "/status/current")));
  const task = async (method: string, apiPath: string, form = {}): Promise<void> =>
    assert.equal(await lab.task(method, apiPath, form), "OK");

  it("create: clone, configure, resize, start", async () => {
    assert.ok(/^\d+$/.test(String(await lab.get("GET", "/cluster/nextid"))));
    const name = upid.parse(
      await lab.get("POST", lab.vm(9000, "/clone"), { newid: 101, full: 1, name: "runner-1", storage: "local-lvm" }),
    );
    const place = `/nodes/${node}/tasks/${name.replace("!", "%21")}/status`;
    const ended = await until("the task of the clone ends", 10_000, async () => {
      const seen = await lab.get<{ status: string }>("GET", place);
      return seen.status === "stopped" && seen;
    });
    assert.deepEqual({ ...ended, pid: 0 }, { ...ended, pid: 0, status: "stopped", exitstatus: "OK" });
    assert.equal((await status()).status, "stopped");
    const cloned = await config();
    assert.match(cloned.net0, /^virtio=BC:24:11:(?!00:00:00)/);

    assert.equal(await lab.get("PUT", lab.vm(101, "/config"), { delete: "ide2" }), null);
    assert.equal((await config()).ide2, undefined);
    const unused = [...Array(31).keys()].map((index) => `net${index + 1}`).join(",");
    const key = encodeURIComponent("ssh-ed25519 AAAA operator@example.org");
    await lab.get("PUT", lab.vm(101, "/config"), {
      agent: "enabled=1,fstrim_cloned_disks=0,type=virtio",
      balloon: 0,
      ciupgrade: 0,
      ciuser: "runner",
      cores: 2,
      cpu: "x86-64-v2-AES",
      delete: `${unused},serial1,serial2,serial3`,
      ide2: "file=local-lvm:cloudinit,",
      ide3: "file=none,media=cdrom,",
      ipconfig0: "gw=198.51.100.1,ip=198.51.100.51/24",
      memory: 4096,
      nameserver: "198.51.100.1",
      net0: "model=virtio,bridge=vmbr0,firewall=1",
      numa: 0,
      onboot: 1,
      ostype: "l26",
      scsihw: "virtio-scsi-pci",
      serial0: "socket",
      sockets: 1,
      sshkeys: key,
      tags: "runner;managed",
    });
    const configured = await config();
    assert.equal(configured.ide2, "local-lvm:vm-101-cloudinit,media=cdrom,size=4M");
    assert.match(configured.net0, /^virtio=BC:24:11:[0-9A-F:]{8},bridge=vmbr0,firewall=1$/);
    assert.equal(configured.tags, "managed;runner");
    assert.deepEqual([configured.cores, configured.numa, configured.onboot, configured.balloon], [2, 0, 1, 0]);

    const volume = configured.scsi0.split(",")[0];
    await lab.get("PUT", lab.vm(101, "/config"), { scsi0: `file=${volume},aio=io_uring,cache=none,ssd=0` });
    await task("PUT", lab.vm(101, "/resize"), { disk: "scsi0", size: 8 * 2 ** 30 });
    assert.equal((await config()).scsi0, `${volume},aio=io_uring,cache=none,size=8G,ssd=0`);
    await task("POST", lab.vm(101, "/status/start"), { timeout: 1800 });
    const running = await status();
    assert.deepEqual(
      [running.status, running.cpus, running.maxmem, running.maxdisk],
      ["running", 2, 2 ** 32, 8 * 2 ** 30],
    );
    assert.ok(running.uptime >= 1);
  });

  it("read: resources, storage content, pools, agent", async () => {
    const resources = resourcesSchema.parse(await lab.get("GET", "/cluster/resources", { type: "vm" }));
    assert.deepEqual(
      resources.map(({ vmid }) => vmid),
      [101, 9000],
    );
    const content = await lab.get("GET", `/nodes/${node}/storage/local-lvm/content/local-lvm:vm-101-disk-0`);
    z.object({ path: text, format: text, size: z.literal(8 * 2 ** 30) }).parse(content);
    assert.deepEqual(await lab.get("GET", "/pools"), []);
    assert.deepEqual(await lab.get("GET", lab.vm(101, "/agent/network-get-interfaces")), {
      result: [
        {
          name: "lo",
          "hardware-address": "00:00:00:00:00:00",
          "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 }],
        },
        {
          name: "eth0",
          "hardware-address": (await config()).net0.slice("virtio=".length).split(",")[0]?.toLowerCase(),
          "ip-addresses": [{ "ip-address": "198.51.100.51", "ip-address-type": "ipv4", prefix: 24 }],
        },
      ],
    });
  });

  it("update: what a running VM cannot take waits for the power cycle", async () => {
    await lab.get("PUT", lab.vm(101, "/config"), { memory: 8192, description: "note", name: "runner-1" });
    assert.equal((await config()).memory, "8192");
    assert.equal((await status()).maxmem, 2 ** 32);
    const pending = await lab.get<{ key: string; value?: string; pending?: string }[]>("GET", lab.vm(101, "/pending"));
    assert.deepEqual(
      pending.filter((entry) => entry.pending !== undefined),
      [{ key: "memory", value: "4096", pending: "8192" }],
    );
    assert.equal(pending.find(({ key }) => key === "description")?.value, "note");
    await task("POST", lab.vm(101, "/status/shutdown"), { forceStop: 1, timeout: 1800 });
    assert.equal((await status()).status, "stopped");
    await task("POST", lab.vm(101, "/status/start"));
    assert.equal((await status()).maxmem, 2 ** 33);
    await task("POST", lab.vm(101, "/status/reboot"), { timeout: 60 });
    assert.equal((await status()).status, "running");
  });

  it("pools: members come and go", async () => {
    await lab.get("POST", "/pools", { poolid: "runners" });
    await lab.get("PUT", "/pools?poolid=runners", { poolid: "runners", vms: 101 });
    const [pool] = await lab.get<{ members: { id: string }[] }[]>("GET", "/pools", { poolid: "runners" });
    assert.deepEqual(
      pool?.members.map(({ id }) => id),
      ["qemu/101"],
    );
    await lab.get("PUT", "/pools", { poolid: "runners", vms: 101, delete: 1 });
    await lab.get("DELETE", "/pools", { poolid: "runners" });
    assert.match((await lab.request("GET", "/pools", { poolid: "runners" })).statusText, /does not exist/);
  });

  it("firewall: the last rule that was made is the first, and places move", async () => {
    const rules = lab.vm(101, "/firewall/rules");
    for (const dport of ["9100", "22"]) {
      await lab.get("POST", rules, {
        type: "in",
        action: "ACCEPT",
        enable: 1,
        proto: "tcp",
        dport,
        source: "198.51.100.1",
        macro: "",
        sport: "",
      });
    }
    const listed = await lab.get<{ pos: number; dport: string }[]>("GET", rules);
    assert.deepEqual(
      listed.map(({ pos, dport }) => [pos, dport]),
      [
        [0, "22"],
        [1, "9100"],
      ],
    );
    assert.equal((await lab.get<{ pos: string }>("GET", `${rules}/1`)).pos, "1");
    await lab.get("PUT", `${rules}/1`, { moveto: 0 });
    assert.equal((await lab.get<{ dport: string }[]>("GET", rules))[0]?.dport, "9100");
    await lab.get("PUT", `${rules}/0`, { comment: "metrics", delete: "source" });
    const [first] = await lab.get<Record<string, unknown>[]>("GET", rules);
    assert.deepEqual([first?.comment, first?.source], ["metrics", undefined]);
    await lab.get("DELETE", `${rules}/0`);
    assert.match((await lab.request("GET", `${rules}/1`)).statusText, /no rule at position 1/);
    await lab.get("PUT", lab.vm(101, "/firewall/options"), { enable: 1, policy_in: "DROP" });
    assert.equal((await lab.get<{ enable: number }>("GET", lab.vm(101, "/firewall/options"))).enable, 1);
  });

  it("delete: refused while it runs or is protected, then gone with its firewall", async () => {
    const away = `${lab.vm(101, "/")}?destroy-unreferenced-disks=1&purge=1`;
    assert.equal((await lab.request("DELETE", away)).statusText, "VM 101 is running - destroy failed");
    await task("POST", lab.vm(101, "/status/stop"));
    await lab.get("PUT", lab.vm(101, "/config"), { protection: 1 });
    assert.equal((await lab.request("DELETE", away)).statusText, "can't remove VM 101 - protection mode enabled");
    await lab.get("PUT", lab.vm(101, "/config"), { protection: 0 });
    await task("DELETE", away);
    const gone = await lab.request("GET", lab.vm(101, "/status/current"));
    assert.deepEqual(
      [gone.status, gone.statusText],
      [500, `Configuration file 'nodes/${node}/qemu-server/101.conf' does not exist`],
    );
    assert.deepEqual(await lab.get("GET", lab.vm(101, "/firewall/rules")), []);
  });
});
