import assert from "node:assert/strict";
import { VmTemplate } from "@ghrunners/components";
import { type ImageTemplateInputs, makeTemplate, provider } from "@ghrunners/components/resources/image-template";
import { ProxmoxClient } from "@ghrunners/core/proxmox/client";
import { imageFile, isTemplateName, templateMark, templateName, templateVmId } from "@ghrunners/core/proxmox/image";
import { until } from "@ghrunners/core/until";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ImageServer, qcow2, serveImages, sha512 } from "@ghrunners/lab/driver/cloud-images";
import { finder, graphOf } from "../../support/pulumi-mocks";
import { acl, EmulatorHarness, node, secret, testSeed, tokenId } from "../lab/proxmox/harness";

const GiB = 2 ** 30;
const image = qcow2(3 * GiB);
const digest = sha512(image);
const source = { url: "https://images.example/noble.img", checksum: digest };

describe("a template of an image", () => {
  it("has a VMID that follows from stack, node and image, and names that say the image", () => {
    const of = (stack: string, on: string, sha: string): number =>
      templateVmId(stack, on, { checksum: sha, firstVmId: 9000 });
    const usual = of("production", "pve1", digest);
    assert.equal(of("production", "pve1", digest), usual);
    assert.ok(usual >= 9000 && usual < 10_000);
    const others = [
      of("staging", "pve1", digest),
      of("production", "pve2", digest),
      of("production", "pve1", "0".repeat(128)),
    ];
    assert.equal(new Set([usual, ...others]).size, 4);
    assert.equal(imageFile(source), `ghrunners-${digest.slice(0, 12)}.qcow2`);
    assert.equal(
      imageFile({ ...source, url: "https://images.example/debian.raw?x=1" }),
      `ghrunners-${digest.slice(0, 12)}.raw`,
    );
    assert.equal(templateName("Team_One.x", digest), `ghrunners-team-one-x-${digest.slice(0, 12)}`);
    assert.ok(isTemplateName(templateMark("lab", digest).split(" ")[2] ?? "") && !isTemplateName("template-1"));
  });

  it("is one resource below the component, whose number is known when it is complete", async () => {
    const find = finder(
      await graphOf(
        () =>
          void new VmTemplate("template", {
            endpoint: "https://pve.example:8006/",
            node: "pve1",
            image: source,
            pool: "runners",
          }),
      ),
    );
    const { inputs } = find("template-image");
    const { vmId, name, mark, file, imageStorage, storage, pool } = inputs;
    assert.ok(Number(vmId) >= 9000);
    assert.match(String(name), new RegExp(`^ghrunners-.*-${digest.slice(0, 12)}$`));
    assert.match(String(mark), / template-[0-9a-f]{12}$/);
    assert.deepEqual([file, imageStorage, storage, pool], [imageFile(source), "local", "local-lvm", "runners"]);
  });

  it("names every argument that cannot be taken", async () => {
    const wrong = { endpoint: "https://pve.example/", node: "pve1", image: { url: "http://x/", checksum: "1" } };
    await assert.rejects(
      graphOf(() => void new VmTemplate("template", wrong)),
      /2 arguments of VmTemplate "template" cannot be taken[^]*image\.url: seen "http:\/\/x\/"[^]*image\.checksum/,
    );
  });

  it("is another one with another image, node or VMID, and stays with another URL", async () => {
    const olds = { node: "pve1", vmId: 9001, checksum: "a", url: "https://a/" } as unknown as ImageTemplateInputs;
    const replaces = async (change: Partial<ImageTemplateInputs>) => {
      const found = await provider.diff?.(
        "id",
        { ...olds, templateId: 9001, owner: "state-1" },
        { ...olds, ...change },
      );
      return [found?.changes, found?.replaces];
    };
    assert.deepEqual(await replaces({}), [false, []]);
    assert.deepEqual(await replaces({ url: "https://b/" }), [true, []]);
    for (const change of [{ checksum: "b" }, { node: "pve2" }, { vmId: 9002 }])
      assert.deepEqual(await replaces(change), [true, ["checksum"]]);
  });
});

describe("a template is made by Proxmox VE's API", () => {
  let lab: EmulatorHarness;
  let api: Server;
  let server: ImageServer;
  let client: ProxmoxClient;
  before(async () => {
    lab = await EmulatorHarness.start({
      storages: [...testSeed().storages, { id: "local", type: "dir", totalBytes: 64 * GiB, content: "import" }],
      tokens: testSeed().tokens.map((token) => ({
        ...token,
        acl: [
          ...acl.filter(({ path }) => path !== "/nodes"),
          { path: "/storage/local", privileges: ["Datastore.Audit", "Datastore.AllocateTemplate"] },
          { path: "/nodes", privileges: ["Sys.AccessNetwork"] },
        ],
      })),
    });
    server = await serveImages({ "debian.qcow2": image });
    // The same API without TLS: this process trusts no authority of a test.
    api = createServer((request, response) => lab.emulator.api(request, response));
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(api.address() as AddressInfo).port}/`;
    client = new ProxmoxClient({ endpoint, token: `${tokenId}=${secret}` });
  });
  after(async () => {
    await server.close();
    await new Promise((resolve) => api.close(resolve));
    await lab.stop();
  });

  const inputs = (change: Partial<ImageTemplateInputs> = {}): ImageTemplateInputs => ({
    ...{ endpoint: "", node, vmId: 9100, name: "ghrunners-test", mark: "ghrunners test template-0123456789ab" },
    ...{ url: server.url("debian.qcow2"), checksum: digest, file: imageFile(source) },
    ...{ imageStorage: "local", storage: "local-lvm", pool: null },
    ...change,
  });
  const guests = async (): Promise<number[]> => (await client.guests()).map(({ vmid }) => vmid).sort();

  it("not from a file with another checksum, in words, and nothing is left", async () => {
    await assert.rejects(
      makeTemplate(client, inputs({ checksum: "0".repeat(128) })),
      new RegExp(
        `has the SHA-512 ${digest}\\. Expected 0{128} \\(ghrunners:proxmox\\.image\\.checksum\\).*Next: compare with`,
      ),
    );
    // The number of its digits says which checksum it is.
    const seen = createHash("sha256").update(image).digest("hex");
    await assert.rejects(
      makeTemplate(client, inputs({ checksum: "0".repeat(64) })),
      new RegExp(`has the SHA-256 ${seen}\\. Expected 0{64} .*Next: compare with the SHA256SUMS`),
    );
    assert.deepEqual(await guests(), [9000]);
    assert.deepEqual(await client.importFiles(node, "local"), []);
  });

  it("from a file whose SHA-256 is given", async () => {
    const checksum = createHash("sha256").update(image).digest("hex");
    const given = inputs({ vmId: 9101, checksum, file: imageFile({ url: source.url, checksum }) });
    assert.equal((await makeTemplate(client, given)).templateId, 9101);
    await client.removeVm(node, 9101, 10_000);
  });

  it("whole, and a second time it is only found", async () => {
    assert.equal((await makeTemplate(client, inputs())).templateId, 9100);
    const config = await client.vmConfig(node, 9100);
    assert.deepEqual(
      [config.template, config.scsi0, config.ide2, config.serial0, config.scsihw, config.boot, config.name],
      [
        1,
        "local-lvm:base-9100-disk-0,size=3G",
        "local-lvm:vm-9100-cloudinit,media=cdrom,size=4M",
        ...["socket", "virtio-scsi-pci", "order=scsi0", "ghrunners-test"],
      ],
    );
    const fetched = server.fetched.length;
    const found = await makeTemplate(client, inputs());
    assert.equal(found.templateId, 9100);
    assert.equal(server.fetched.length, fetched);
    // The entry of the state that made it first does not own it any more.
    assert.equal((await client.vmConfig(node, 9100)).tags, `ghrunners;${found.owner}`);
  });

  it("again where an interrupted run left a VM that is no template", async () => {
    await client.removeVm(node, 9100, 10_000);
    await client.createVm(node, { vmid: "9100", name: "half", description: inputs().mark }, 10_000);
    assert.equal((await makeTemplate(client, inputs())).templateId, 9100);
    assert.equal((await client.guests()).find(({ vmid }) => vmid === 9100)?.template, true);
  });

  it("after what an interrupted run is still making: it has no notes yet, and is waited for", async () => {
    await client.removeVm(node, 9100, 10_000);
    const { faults } = lab.emulator.node;
    faults.set({ name: "slow-task", seconds: 1.5 });
    const interrupted = client.createVm(node, { vmid: "9100", name: "half", description: inputs().mark }, 10_000);
    await until("the VM is being made", 10_000, async () => (await guests()).includes(9100));
    assert.equal((await client.vmConfig(node, 9100)).lock, "create");
    faults.clear("slow-task");
    assert.equal((await makeTemplate(client, inputs())).templateId, 9100);
    await interrupted;
  });

  it("not in the place of something else", async () => {
    await assert.rejects(
      makeTemplate(client, inputs({ vmId: 9000 })),
      /VMID 9000 of the template ghrunners-test is used by debian-12-cloud on node .* Next: .*proxmox\.image\.firstVmId/,
    );
    await assert.rejects(makeTemplate(client, inputs({ mark: "ghrunners other template-0123456789ab" })), /is used by/);
  });

  it("and if the last step fails, nothing half-made stays", async () => {
    await client.removeVm(node, 9100, 10_000);
    lab.emulator.node.faults.set({ name: "http-500", match: "9100/template", skip: 0, count: 1 });
    await assert.rejects(makeTemplate(client, inputs()), /500 internal error/);
    assert.deepEqual(await guests(), [9000]);
  });
});
