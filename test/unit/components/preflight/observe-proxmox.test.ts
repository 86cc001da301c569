import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import net from "node:net";
import type { AddressInfo } from "node:net";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import type { PreflightInputs } from "@ghrunners/components/preflight/args";
import { judgeProxmox } from "@ghrunners/components/preflight/judge";
import { answers } from "@ghrunners/components/preflight/probe-address";
import { observeProxmox } from "@ghrunners/components/preflight/observe";
import { shapeOf } from "@ghrunners/lab/matrix/templates";
import type { ProxmoxSeed } from "@ghrunners/lab/proxmox/seed";
import { type ImageServer, qcow2, serveImages, sha512 } from "@ghrunners/lab/driver/cloud-images";
import { EmulatorHarness, node, secret, testSeed, tokenId } from "../../lab/proxmox/harness";

const GiB = 2 ** 30;

/** What the preflight says of the emulated Proxmox VE. */
async function said(
  seed: Partial<ProxmoxSeed>,
  change: Partial<PreflightInputs["proxmox"]> = {},
  isAnswered: (address: string) => Promise<boolean> = async () => false,
  cpuType?: string,
  prepare?: (lab: EmulatorHarness) => Promise<void>,
): Promise<string[]> {
  const lab = await EmulatorHarness.start(seed);
  await prepare?.(lab);
  // The same API without TLS: this process trusts no authority of a test.
  const server = createServer((request, response) => lab.emulator.api(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const proxmox = {
    endpoint,
    node,
    templateId: 9000,
    storage: "local-lvm",
    bridge: "vmbr0",
    pool: undefined,
    ...change,
  };
  const inputs = {
    proxmox,
    runners: [{ role: "primary", name: "one", vmId: 151, address: "192.0.2.51", node: proxmox.node, templateId: 9000 }],
    diskGiB: 4,
    cpuType,
    requireFirewall: true,
    hosts: true,
    ownershipMarks: { one: "ghrunners test one" },
  } as unknown as PreflightInputs;
  try {
    const client = new ProxmoxClient({ endpoint, token: `${tokenId}=${secret}` });
    const problems = judgeProxmox(
      inputs,
      await observeProxmox(client, inputs, { proxmox: { ...proxmox, pool: "old" } }, isAnswered),
    );
    return problems.map(({ setting, reason }) => `${setting}: ${reason}`);
  } finally {
    await new Promise((resolve) => server.close(resolve));
    await lab.stop();
  }
}

const template = (change: Partial<ProxmoxSeed["template"]>): Partial<ProxmoxSeed> => ({
  template: { vmid: 9000, name: "debian-12-cloud", diskGiB: 2, storage: "local-lvm", ...change },
});

describe("the preflight at Proxmox VE", () => {
  it("says that a machine cannot be moved to another pool with this token", async () => {
    const [token] = testSeed().tokens;
    assert.ok(token);
    const acl = token.acl.map((entry) => (entry.path === "/pool" ? { ...entry, privileges: ["Pool.Audit"] } : entry));
    const pools = [{ poolid: "old" }, { poolid: "new" }];
    const of = (pool: string): Promise<string[]> =>
      said({ tokens: [{ ...token, acl }], pools }, { pool }, undefined, undefined, (lab) =>
        lab.clone(151, { name: "one", pool: "old" }),
      );
    const lacks = (problems: readonly string[]): string[] =>
      problems.flatMap((problem) => /lacks Pool\.Allocate on [^(]*/.exec(problem) ?? []);
    assert.deepEqual(lacks(await of("new")), ["lacks Pool.Allocate on /pool/old, /pool/new "]);
    assert.deepEqual(lacks(await of("old")), []);
  });

  it("tells an address that answers, or refuses, from silence", async () => {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal(await answers("127.0.0.1", port), true);
    server.close();
    await once(server, "close");
    assert.equal(await answers("127.0.0.1", port), true);
    // A server whose queue is full does not answer; no other server can be met here.
    assert.equal(await answers("0.0.0.0.invalid", port, 200), false);
  });

  it("asks for the addresses of machines that are not there yet, and of no others", async () => {
    const asked: string[] = [];
    const isAnswered = async (address: string): Promise<boolean> => (asked.push(address), true);
    assert.match(
      (await said({}, {}, isAnswered)).join("\n"),
      /^runners\[0\]\.address: a machine answers at 192\.0\.2\.51/,
    );
    assert.deepEqual(asked, ["192.0.2.51"]);
    const made = { vmid: 151, name: "one", diskGiB: 2, storage: "local-lvm" };
    const config = { template: "", description: "ghrunners test one" };
    assert.deepEqual(await said({ otherTemplates: [{ ...made, config }] }, {}, isAnswered), []);
    assert.equal(asked.length, 1);
  });

  it("reports no problem for a good template", async () => assert.deepEqual(await said({}), []));

  for (const [what, words] of [
    ["its disk on virtio0", /disk at virtio0/],
    ["a larger disk than vm.diskGiB", /has a disk of 8\.0 GiB\. Expected 4 GiB/],
    ["no SCSI controller", /SCSI controller lsi/],
  ] as const)
    it(`names a template that has ${what}`, async () => {
      const problems = await said(template(shapeOf(what)));
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /^proxmox\.templateId: the template 9000 has /);
      assert.match(problems[0] ?? "", words);
    });

  it("knows the processor types of the node, and asks for none of the usual one", async () => {
    const never = async (): Promise<boolean> => false;
    assert.deepEqual(await said({}, {}, never, "x86-64-v3"), []);
    assert.match(
      (await said({}, {}, never, "x86-64-v5")).join("\n"),
      /^vm\.cpuType: node pve-test has no processor type/,
    );
    assert.deepEqual(await said({ customCpuModels: ["avx"] }, {}, never, "custom-avx"), []);
  });

  it("judges the privilege on the zone to which a virtual network belongs", async () => {
    const vnets = [{ vnet: "vnet1", zone: "zone1" }];
    const acl = (privileges: string[], zone = "zone1"): Partial<ProxmoxSeed> => ({
      vnets,
      tokens: testSeed().tokens.map((token) => ({
        ...token,
        acl: [...token.acl, { path: `/sdn/zones/${zone}/vnet1`, privileges }],
      })),
    });
    const bridge = { bridge: "vnet1" };
    assert.deepEqual(await said(acl(["SDN.Use", "SDN.Audit"]), bridge), []);
    // Without SDN.Audit the token does not see to which zone it belongs, but where it may use one of that name.
    assert.deepEqual(await said(acl(["SDN.Use"]), bridge), []);
    assert.match(
      (await said(acl(["SDN.Audit"]), bridge)).join("\n"),
      /^proxmox: the API token lacks SDN\.Use on \/sdn\/zones\/zone1\/vnet1 \(needed to join the virtual network\)/,
    );
    assert.match(
      (await said({ vnets }, bridge)).join("\n"),
      /lacks SDN\.Use on \/sdn\/zones\/localnetwork\/vnet1 \(needed to join the bridge; the path of a virtual network has its zone in place of localnetwork\)/,
    );
  });

  it("sees the address of a container, and asks no node that is off", async () => {
    const container = {
      vmid: 300,
      name: "dns",
      config: { hostname: "dns", net0: "name=eth0,ip=192.0.2.51/24,type=veth" },
    };
    const away = { ...container, vmid: 301, config: {} };
    const problems = await said({
      neighbours: [
        { node, online: true, containers: [container] },
        { node: "pve-off", online: false, containers: [away] },
      ],
    });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^runners\[0\]\.address: address 192\.0\.2\.51 of one is in use by container 300 \(dns\)/,
    );
  });

  it("says that the node is off, or that there is none of that name", async () => {
    const off = await said({ neighbours: [{ node: "pve-off", online: false, containers: [] }] }, { node: "pve-off" });
    assert.match(off.join("\n"), /^proxmox\.node: the node pve-off is off/m);
    const none = await said({}, { node: "pve-9" });
    assert.match(none.join("\n"), new RegExp(`^proxmox\\.node: there is no node pve-9, seen: ${node}\\.`, "m"));
  });

  it("says that the datacenter's firewall is off, where the token may see it, and else leaves it to the proof", async () => {
    const off = { datacenterFirewall: false };
    assert.deepEqual(await said(off), []);
    const tokens = testSeed().tokens.map((token) => ({
      ...token,
      acl: [...token.acl, { path: "/", privileges: ["Sys.Audit"] }],
    }));
    assert.deepEqual(await said({ tokens }), []);
    assert.match(
      (await said({ ...off, tokens })).join("\n"),
      /^network\.requireFirewall: the firewall of Proxmox VE is off/,
    );
  });

  it("says that a storage takes no disks", async () => {
    const storages: ProxmoxSeed["storages"] = [
      { id: "local-lvm", type: "dir", totalBytes: 64 * GiB, content: "iso,vztmpl,backup" },
    ];
    assert.match(
      (await said({ storages })).join("\n"),
      /^proxmox\.storage: local-lvm holds iso,vztmpl,backup\. Expected/,
    );
  });
});

describe("the preflight where the template is to be made of an image", () => {
  const image = qcow2(3 * GiB);
  let server: ImageServer;
  before(async () => (server = await serveImages({ "debian.qcow2": image })));
  after(() => server.close());

  const local = { id: "local", type: "dir" as const, totalBytes: 64 * GiB, content: "iso,import" };
  const grants = [
    { path: "/storage/local", privileges: ["Datastore.Audit", "Datastore.AllocateTemplate"] },
    { path: `/nodes/${node}`, privileges: ["Sys.AccessNetwork"] },
  ];
  const seedOf = (storage: object = {}, more: typeof grants = grants): Partial<ProxmoxSeed> => ({
    storages: [...testSeed().storages, { ...local, ...storage }],
    tokens: testSeed().tokens.map((token) => ({
      ...token,
      acl: [...token.acl.filter(({ path }) => path !== "/nodes"), ...more],
    })),
  });
  const of = (change: object = {}) => ({
    image: {
      ...{ url: server.url("debian.qcow2"), checksum: sha512(image), storage: "local" },
      ...{ file: "ghrunners-1.qcow2", mark: "ghrunners test template-0123456789ab" },
      ...change,
    },
  });
  const free = { template: { ...testSeed().template, vmid: 8000 } };

  it("says nothing where it can be made", async () => {
    assert.deepEqual(await said({ ...seedOf(), ...free }, of()), []);
  });

  it("says which storage cannot keep the image, and what to do", async () => {
    assert.deepEqual(await said({ ...seedOf({ content: "iso,vztmpl" }), ...free }, of()), [
      `proxmox.image.storage: local on node ${node} holds iso,vztmpl. Expected a storage for images (content import). Next: on the node, pvesm set local --content iso,vztmpl,import, or pulumi config set --path 'ghrunners:proxmox.image.storage' STORAGE`,
    ]);
    assert.match(
      (await said({ ...seedOf(), ...free }, of({ storage: "none" }))).join("\n"),
      /proxmox\.image\.storage: .*none/,
    );
    assert.match(
      (await said({ ...seedOf({ totalBytes: 100 }), ...free }, of())).join("\n"),
      /free, expected .* for the image/,
    );
  });

  it("says that the node cannot download it", async () => {
    const [only, ...others] = await said({ ...seedOf(), ...free }, of({ url: server.url("gone.qcow2") }));
    assert.match(only ?? "", /^proxmox\.image\.url: node pve-test cannot download .*gone\.qcow2: .*404 Not Found/);
    assert.deepEqual(others, []);
  });

  it("says which privileges are missing", async () => {
    const problems = await said({ ...seedOf({}, [grants[0]!]), ...free }, of());
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(
      problems[0] ?? "",
      /lacks Sys\.AccessNetwork on \/nodes\/pve-test \(needed to let the node download the image\)/,
    );
  });

  it("says that something else has the VMID, and takes a template of its own as it is", async () => {
    const [only, ...others] = await said(seedOf(), of());
    assert.match(only ?? "", /^proxmox\.image\.firstVmId: VMID 9000 of the template is used by debian-12-cloud/);
    assert.deepEqual(others, []);
    const own = { ...template({ config: { description: of().image.mark } }), ...seedOf({ content: "iso" }) };
    assert.deepEqual(await said(own, of({ url: server.url("gone.qcow2") })), []);
    const large = { ...seedOf(), ...template({ diskGiB: 8, config: { description: of().image.mark } }) };
    assert.match((await said(large, of())).join("\n"), /proxmox\.image: the template 9000 has a disk of 8\.0 GiB/);
  });
});
