import assert from "node:assert/strict";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { acl, EmulatorHarness, node, secret, testSeed, tokenId, type FormBody } from "./harness";

const unknown = "property is not defined in schema and the schema does not allow additional properties";

describe("what is refused, in Proxmox VE's words", () => {
  let lab: EmulatorHarness;
  before(async () => {
    lab = await EmulatorHarness.start({
      storages: [testSeed().storages[0]!, { id: "thick", type: "lvm", totalBytes: 3 * 2 ** 30 }],
    });
    await lab.clone(151);
  });
  after(() => lab.stop());

  const errorsOf = async (method: string, apiPath: string, form: FormBody) => {
    const reply = await lab.request(method, apiPath, form);
    assert.deepEqual(
      [reply.status, reply.statusText, reply.message],
      [400, "Parameter verification failed.", "Parameter verification failed.\n"],
    );
    return reply.errors;
  };
  const configure = (form: FormBody) => errorsOf("PUT", lab.vm(151, "/config"), form);
  const refused = async (method: string, apiPath: string, form: FormBody = {}): Promise<string> => {
    const reply = await lab.request(method, apiPath, form);
    assert.equal(reply.message, `${reply.statusText}\n`);
    return `${reply.status} ${reply.statusText}`;
  };

  it("parameters: unknown, missing, of the wrong kind, all at once", async () => {
    assert.deepEqual(await configure({ foo: 1, cores: "x", onboot: "maybe", ostype: "l27" }), {
      foo: unknown,
      cores: "type check ('integer') failed - got 'x'",
      onboot: "type check ('boolean') failed - got 'maybe'",
      ostype:
        "value 'l27' does not have a value in the enumeration 'other, wxp, w2k, w2k3, w2k8, wvista, win7, win8, win10, win11, l24, l26, solaris'",
    });
    assert.deepEqual(await configure({ cores: 0 }), { cores: "value must have a minimum value of 1" });
    assert.deepEqual(await errorsOf("POST", lab.vm(9000, "/clone"), {}), {
      newid: "property is missing and it is not optional",
    });
    assert.deepEqual(await errorsOf("GET", "/cluster/nextid", { vmid: 151 }), { vmid: "VM 151 already exists" });
    assert.deepEqual(await errorsOf("GET", "/version", { full: 1 }), { full: unknown });
  });

  it("property strings and formats", async () => {
    assert.match((await configure({ net0: "bridge=vmbr0" }))?.net0 ?? "", /format error\nmodel: property is missing/);
    assert.match((await configure({ scsi1: "file=local-lvm:1,foo=1" }))?.scsi1 ?? "", new RegExp(`foo: ${unknown}`));
    assert.match((await configure({ ipconfig0: "ip=198.51.100.5" }))?.ipconfig0 ?? "", /valid CIDR network/);
    assert.match((await configure({ name: "a_b" }))?.name ?? "", /valid DNS name/);
    assert.match((await configure({ sshkeys: "a b" }))?.sshkeys ?? "", /regex pattern/);
    assert.match((await configure({ tags: "a!" }))?.tags ?? "", /invalid characters in tag/);
    assert.match((await configure({ description: "x".repeat(8193) }))?.description ?? "", /8192 characters/);
  });

  it("delete: unknown options and those that are set; an absent one is no error", async () => {
    assert.deepEqual(await configure({ delete: "foo" }), { delete: "unknown option 'foo'" });
    assert.match((await configure({ delete: "tags", tags: "a" }))?.delete ?? "", /at the same time/);
    await lab.get("PUT", lab.vm(151, "/config"), { delete: "net7,ide0" });
  });

  it("wholes that do not fit: balloon, boot order, a second cloud-init drive", async () => {
    assert.match((await configure({ balloon: 4096, memory: 1024 }))?.balloon ?? "", /smaller than assigned memory/);
    assert.match((await configure({ boot: "order=scsi9" }))?.boot ?? "", /device 'scsi9' does not exist/);
    assert.match((await configure({ ide0: "file=local-lvm:cloudinit" }))?.ide0 ?? "", /already attached at 'ide2'/);
  });

  it("places: no such VM, node, storage, call, VMID, task", async () => {
    assert.equal(
      await refused("GET", lab.vm(777, "/config")),
      `500 Configuration file 'nodes/${node}/qemu-server/777.conf' does not exist`,
    );
    assert.match(await refused("GET", "/nodes/other/qemu/151/config"), /^500 hostname lookup 'other' failed/);
    assert.equal(await refused("GET", `/nodes/${node}/storage/none/status`), "500 storage 'none' does not exist");
    assert.equal(await refused("GET", "/cluster/nothing"), "501 Method 'GET /cluster/nothing' not implemented");
    assert.match(await refused("GET", lab.vm(1, "/config")), /^400/);
    assert.match(await refused("GET", `/nodes/${node}/tasks/UPID:x/status`), /^400/);
  });

  it("collisions: VMID taken, template missing, pool missing, no space", async () => {
    const clone = (vmid: number, form: FormBody): Promise<string> =>
      refused("POST", lab.vm(vmid, "/clone"), { full: 1, ...form });
    assert.equal(await clone(9000, { newid: 151 }), "500 unable to create VM 151: config file already exists");
    assert.match(await clone(9001, { newid: 152 }), /9001.conf' does not exist/);
    assert.equal(await clone(9000, { newid: 152, pool: "none" }), "500 pool 'none' does not exist");
    assert.equal(
      await lab.task("PUT", lab.vm(151, "/resize"), { disk: "scsi0", size: "1G" }),
      "shrinking disks is not supported",
    );
    assert.equal(
      await lab.task("PUT", lab.vm(151, "/resize"), { disk: "scsi5", size: "9G" }),
      "disk 'scsi5' does not exist",
    );
    assert.equal(await lab.task("POST", lab.vm(9000, "/status/start")), "you can't start a vm if it's a template");
  });

  it("a clone that does not fit leaves nothing behind", async () => {
    const wide = await EmulatorHarness.start({
      storages: [{ id: "local-lvm", type: "lvm", totalBytes: 3 * 2 ** 30 }],
    });
    try {
      assert.match(
        await wide.task("POST", wide.vm(9000, "/clone"), { newid: 152, full: 1 }),
        /^clone failed: lvcreate 'local-lvm\/vm-152-disk-0' error: .* insufficient free space \(254 extents\): 512 required/,
      );
      assert.match((await wide.request("GET", wide.vm(152, "/config"))).statusText, /does not exist/);
      assert.equal(
        (await wide.get<{ avail: number }>("GET", `/nodes/${node}/storage/local-lvm/status`)).avail,
        2 ** 30 - 4 * 2 ** 20,
      );
    } finally {
      await wide.stop();
    }
  });

  it("the guest agent: off, not configured", async () => {
    const agent = lab.vm(151, "/agent/network-get-interfaces");
    assert.equal(await refused("GET", agent), "500 VM 151 is not running");
    await lab.get("PUT", lab.vm(151, "/config"), { delete: "agent" });
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
    assert.equal(await refused("GET", agent), "500 No QEMU guest agent configured");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "VM 151 already running");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/stop")), "OK");
  });

  it("a configuration that another client changed", async () => {
    const { digest } = await lab.get<{ digest: string }>("GET", lab.vm(151, "/config"));
    await lab.get("PUT", lab.vm(151, "/config"), { tags: "x", digest });
    assert.match(
      await refused("PUT", lab.vm(151, "/config"), { tags: "y", digest }),
      /^500 detected modified configuration/,
    );
  });

  it("tokens: none, wrong, expired: 401 with a status text and no body", async () => {
    for (const token of [`${tokenId}=wrong`, `other@pve!x=${secret}`, "nonsense"]) {
      const reply = await lab.request("GET", "/version", {}, token);
      assert.deepEqual([reply.status, reply.statusText, reply.body], [401, "Authentication failed!", ""]);
    }
    const old = await EmulatorHarness.start({ tokens: [{ ...testSeed().tokens[0]!, expires: 1_700_000_000 }] });
    try {
      assert.equal((await old.request("GET", "/version")).status, 401);
    } finally {
      await old.stop();
    }
  });

  it("a body without a length, as real nodes refuse it", async () => {
    const { port } = (lab as unknown as { server: https.Server }).server.address() as AddressInfo;
    const ca = (lab as unknown as { ca: Buffer }).ca;
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `PVEAPIToken=${tokenId}=${secret}`, "transfer-encoding": "chunked" };
      const request = https.request({
        host: "127.0.0.1",
        port,
        ca,
        agent: false,
        method: "PUT",
        path: "/api2/json/pools",
        headers,
      });
      request.on("response", (response) => resolve(response.resume().statusCode)).on("error", reject);
      request.end("poolid=x");
    });
    assert.equal(status, 501);
  });
});

describe("privileges", () => {
  const without = (...names: string[]) =>
    acl.map(({ path, privileges }) => ({ path, privileges: privileges.filter((name) => !names.includes(name)) }));

  /** What the whole life of a VM is answered with by a token that lacks a privilege. */
  const cases: [privilege: string, path: string, method: string, apiPath: string, form: FormBody][] = [
    ["VM.Clone", "/vms/9000", "POST", "/9000/clone", { newid: 152, full: 1 }],
    ["VM.Allocate", "/vms/152", "POST", "/9000/clone", { newid: 152, full: 1 }],
    ["Datastore.AllocateSpace", "/storage/local-lvm", "POST", "/9000/clone", { newid: 152, full: 1 }],
    ["SDN.Use", "/sdn/zones/localnetwork/vmbr0", "POST", "/9000/clone", { newid: 152, full: 1 }],
    ["VM.Config.CPU", "/vms/9000", "PUT", "/9000/config", { cores: 2 }],
    ["VM.Config.Memory", "/vms/9000", "PUT", "/9000/config", { memory: 2048 }],
    ["VM.Config.HWType", "/vms/9000", "PUT", "/9000/config", { serial0: "socket" }],
    ["VM.Config.Options", "/vms/9000", "PUT", "/9000/config", { tags: "a" }],
    ["VM.Config.CDROM", "/vms/9000", "PUT", "/9000/config", { ide3: "none,media=cdrom" }],
    ["VM.Config.Disk", "/vms/9000", "PUT", "/9000/config", { boot: "order=scsi0" }],
    ["VM.Config.Network", "/vms/9000", "PUT", "/9000/config", { delete: "net7" }],
    ["VM.PowerMgmt", "/vms/9000", "POST", "/9000/status/start", {}],
    ["VM.Audit", "/vms/9000", "GET", "/9000/config", {}],
  ];

  for (const [privilege, path, method, apiPath, form] of cases) {
    it(`${privilege} is named when the token lacks it`, async () => {
      const lab = await EmulatorHarness.start({ tokens: [{ ...testSeed().tokens[0]!, acl: without(privilege) }] });
      try {
        const reply = await lab.request(method, `/nodes/${node}/qemu${apiPath}`, form);
        assert.deepEqual([reply.status, reply.statusText], [403, `Permission check failed (${path}, ${privilege})`]);
      } finally {
        await lab.stop();
      }
    });
  }

  it("a virtual network needs SDN.Use in its own zone, and is shown with SDN.Audit alone", async () => {
    const path = "/sdn/zones/zone1/vnet1";
    const lab = await EmulatorHarness.start({
      vnets: [{ vnet: "vnet1", zone: "zone1" }],
      tokens: [
        { ...testSeed().tokens[0]!, acl: [...acl, { path: "/sdn/zones/localnetwork/vnet1", privileges: ["SDN.Use"] }] },
      ],
    });
    const seeing = await EmulatorHarness.start({
      vnets: [{ vnet: "vnet1", zone: "zone1" }],
      tokens: [{ ...testSeed().tokens[0]!, acl: [...acl, { path, privileges: ["SDN.Use", "SDN.Audit"] }] }],
    });
    const net0 = "model=virtio,bridge=vnet1";
    try {
      const reply = await lab.request("PUT", lab.vm(9000, "/config"), { net0 });
      assert.equal(reply.statusText, `Permission check failed (${path}, SDN.Use)`);
      assert.deepEqual(await lab.get("GET", "/cluster/sdn/vnets"), []);
      assert.deepEqual(await seeing.get("GET", "/cluster/sdn/vnets"), [{ vnet: "vnet1", zone: "zone1", type: "vnet" }]);
      await seeing.get("PUT", seeing.vm(9000, "/config"), { net0 });
    } finally {
      await Promise.all([lab.stop(), seeing.stop()]);
    }
  });

  it("cloud-init options need one of two, the physical CD-ROM and the start order one on the whole node", async () => {
    const lab = await EmulatorHarness.start({
      tokens: [{ ...testSeed().tokens[0]!, acl: without("VM.Config.Cloudinit", "VM.Config.Network") }],
    });
    const refusal = async (form: FormBody) => (await lab.request("PUT", lab.vm(9000, "/config"), form)).statusText;
    try {
      assert.equal(
        await refusal({ ciuser: "x" }),
        "Permission check failed (/vms/9000, VM.Config.Cloudinit|VM.Config.Network)",
      );
      assert.equal(await refusal({ ide3: "cdrom,media=cdrom" }), "Permission check failed (/, Sys.Console)");
      assert.equal(await refusal({ startup: "order=1" }), "Permission check failed (/, Sys.Modify)");
      assert.equal(await refusal({ args: "-x" }), "only root can set 'args' config");
    } finally {
      await lab.stop();
    }
  });

  it("can be read by the token itself; what it may not see is not listed", async () => {
    const lab = await EmulatorHarness.start({
      tokens: [{ ...testSeed().tokens[0]!, acl: [...acl, { path: "/vms/9000", privileges: ["VM.Clone"] }] }],
    });
    try {
      const all = await lab.get<Record<string, Record<string, number>>>("GET", "/access/permissions");
      assert.equal(all["/vms"]?.["VM.Clone"], 1);
      assert.deepEqual(await lab.get("GET", "/access/permissions", { path: "/vms/9000" }), {
        "/vms/9000": { "VM.Clone": 1 },
      });
      assert.deepEqual(await lab.get("GET", "/cluster/resources", { type: "vm" }), []);
    } finally {
      await lab.stop();
    }
  });

  it("on a pool hold for its members", async () => {
    const poolOnly = [
      ...acl.filter(({ path }) => path !== "/vms"),
      { path: "/pool/runners", privileges: ["VM.Audit"] },
    ];
    const lab = await EmulatorHarness.start({
      tokens: [{ ...testSeed().tokens[0]!, acl: poolOnly }],
      pools: [{ poolid: "runners" }],
    });
    try {
      assert.equal((await lab.request("GET", lab.vm(9000, "/config"))).status, 403);
      lab.emulator.node.store.putPool({ poolid: "runners", vms: [9000] });
      assert.equal((await lab.request("GET", lab.vm(9000, "/config"))).status, 200);
    } finally {
      await lab.stop();
    }
  });
});
