import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { omit } from "@ghrunners/lab/proxmox/omit";
import { type ImageServer, qcow2, serveImages, sha512 } from "@ghrunners/lab/driver/cloud-images";
import { acl, EmulatorHarness, node, testSeed, type FormBody } from "./harness";

const GiB = 2 ** 30;
const image = qcow2(3 * GiB, "debian");
const file = "ghrunners-0123456789ab.qcow2";

const seed = {
  storages: [
    ...testSeed().storages,
    { id: "local", type: "dir" as const, totalBytes: 64 * GiB, content: "iso,vztmpl,import" },
    { id: "files", type: "dir" as const, totalBytes: 64 * GiB, content: "images" },
  ],
  tokens: testSeed().tokens.map((token) => ({
    ...token,
    acl: [
      ...acl.filter(({ path: at }) => at !== "/nodes"),
      { path: "/storage/local", privileges: ["Datastore.Audit", "Datastore.AllocateTemplate"] },
      {
        path: "/storage/files",
        privileges: ["Datastore.Audit", "Datastore.AllocateSpace", "Datastore.AllocateTemplate"],
      },
      { path: `/nodes/${node}`, privileges: ["Sys.AccessNetwork"] },
    ],
  })),
};

/**
 * Words and permissions: pve-storage PVE/API2/Storage/Status.pm, pve-common PVE/Tools.pm, qemu-server PVE/API2/Qemu.pm.
 */
describe("images, as Proxmox VE downloads and imports them", () => {
  let lab: EmulatorHarness;
  let server: ImageServer;
  before(async () => {
    lab = await EmulatorHarness.start(seed);
    server = await serveImages({ "debian.qcow2": image, "page.html": Buffer.from("<html>") });
  });
  after(async () => {
    await server.close();
    await lab.stop();
  });

  const download = (form: FormBody): FormBody => ({
    ...{ content: "import", filename: file, url: server.url("debian.qcow2") },
    ...{ checksum: sha512(image), "checksum-algorithm": "sha512" },
    ...form,
  });
  const at = (storage = "local", rest = "download-url"): string => `/nodes/${node}/storage/${storage}/${rest}`;
  const refused = async (method: string, apiPath: string, form: FormBody): Promise<string> => {
    const { status, statusText, errors } = await lab.request(method, apiPath, form);
    return [status, statusText, ...Object.entries(errors ?? {}).flat()].join(" ");
  };
  const list = async () => lab.get<{ volid: string }[]>("GET", at("local", "content"), { content: "import" });

  it("tell size and type of a file before it is downloaded", async () => {
    const place = `/nodes/${node}/query-url-metadata`;
    assert.deepEqual(await lab.get("GET", place, { url: server.url("debian.qcow2") }), {
      filename: "debian.qcow2",
      size: image.length,
      mimetype: "application/octet-stream",
    });
    assert.match(
      await refused("GET", place, { url: server.url("gone") }),
      /^500 invalid server response: '404 Not Found'/,
    );
    assert.match(await refused("GET", place, { url: "https://127.0.0.1:1/" }), /'500 Can't connect to 127\.0\.0\.1:1/);
    assert.match(
      await refused("GET", place, { url: "ftp://x/" }),
      /^400 .* url value does not match the regex pattern/,
    );
  });

  it("refuse a wrong checksum and keep nothing, not even a half", async () => {
    const end = await lab.task("POST", at(), download({ checksum: "0".repeat(128) }));
    assert.equal(end, `checksum mismatch: got '${sha512(image)}' != expect '${"0".repeat(128)}'`);
    assert.deepEqual(await list(), []);
    assert.deepEqual(readdirSync(path.join(lab.folder, "images", node, "local")), []);
    assert.match(
      await lab.task("POST", at(), download({ url: server.url("gone") })),
      /^download failed: .*exit code 8$/,
    );
    assert.match(await lab.task("POST", at(), download({ url: "http://127.0.0.1:1/" })), /exit code 4$/);
  });

  it("are downloaded once: the same file is known by its checksum, another one is not overwritten", async () => {
    const before = server.fetched.length;
    assert.equal(await lab.task("POST", at(), download({})), "OK");
    assert.equal(await lab.task("POST", at(), download({})), "OK");
    assert.equal(server.fetched.length, before + 1);
    assert.match(await lab.task("POST", at(), download({ checksum: "1".repeat(128) })), /, aborting$/);
    const [only, ...others] = await list();
    assert.deepEqual(
      [{ ...only, ctime: 0 }, others],
      [{ volid: `local:import/${file}`, content: "import", format: "qcow2", size: image.length, ctime: 0 }, []],
    );
  });

  it("need a storage and a name for them, and both halves of a checksum", async () => {
    const cases: [string, string, FormBody, RegExp][] = [
      ["local-lvm", "x", {}, /403 Permission check failed \(\/storage\/local-lvm, Datastore\.AllocateTemplate\)/],
      ["files", "x", {}, /500 storage 'files' is not configured for content-type 'import'/],
      ["local", "x", { filename: "debian.img" }, /400 .* filename invalid filename or wrong extension/],
      ["local", "x", { content: "images" }, /400 .* content value 'images' does not have a value in the enumeration/],
      ["local", "x", { overwrite: 1 }, /400 .* overwrite property is not defined in schema/],
    ];
    for (const [storage, , form, words] of cases)
      assert.match(await refused("POST", at(storage), download(form)), words);
    const half = omit(download({}), "checksum");
    assert.match(await refused("POST", at(), half), /checksum missing property - 'checksum-algorithm' requires this/);
  });

  const vm: FormBody = {
    ...{ vmid: 9100, name: "debian", ostype: "l26", scsihw: "virtio-scsi-pci", serial0: "socket", agent: "enabled=1" },
    ...{ scsi0: `local-lvm:0,import-from=local:import/${file}`, ide2: "local-lvm:cloudinit", boot: "order=scsi0" },
    description: "ours",
  };

  it("become a VM's disk of the size that they have, then a template that can be cloned", async () => {
    assert.equal(await lab.task("POST", `/nodes/${node}/qemu`, vm), "OK");
    const config = await lab.get<Record<string, string>>("GET", lab.vm(9100, "/config"));
    assert.equal(config.scsi0, "local-lvm:vm-9100-disk-0,size=3G");
    assert.equal(config.ide2, "local-lvm:vm-9100-cloudinit,media=cdrom,size=4M");
    assert.match(config.smbios1 ?? "", /^uuid=/);
    assert.equal(config.lock, undefined);
    assert.match(
      await refused("POST", `/nodes/${node}/qemu`, vm),
      /500 unable to create VM 9100 - VM 9100 already exists on node/,
    );

    assert.equal(await lab.task("POST", lab.vm(9100, "/template")), "OK");
    const template = await lab.get<Record<string, unknown>>("GET", lab.vm(9100, "/config"));
    assert.deepEqual([template.template, template.scsi0], [1, "local-lvm:base-9100-disk-0,size=3G"]);
    assert.match(await refused("POST", lab.vm(9100, "/template"), {}), /you can't convert a template to a template/);
    assert.equal(await lab.task("POST", lab.vm(9100, "/clone"), { newid: 160, full: 1, name: "one" }), "OK");
    const clone = await lab.get<Record<string, string>>("GET", lab.vm(160, "/config"));
    assert.match(clone.scsi0 ?? "", /^local-lvm:vm-160-disk-0,size=3G$/);
  });

  it("are refused in another form, and what could not be made is gone", async () => {
    const create = (form: FormBody): Promise<string> =>
      refused("POST", `/nodes/${node}/qemu`, { ...vm, vmid: 9101, ...form });
    const source = `import-from=local:import/${file}`;
    assert.match(await create({ scsi0: `local-lvm:8,${source}` }), /'import-from' requires special syntax/);
    assert.match(await create({ scsi0: `local:0,${source}` }), /403 Permission check failed \(\/storage\/local,/);
    assert.match(await create({ start: 1 }), /start is not modelled in the lab/);
    assert.match(await create({ foo: 1 }), /foo property is not defined in schema/);
    const nameless = omit(vm, "vmid");
    assert.match(await refused("POST", `/nodes/${node}/qemu`, nameless), /vmid property is missing/);

    const missing = { ...vm, vmid: 9101, scsi0: "local-lvm:0,import-from=local:import/none.qcow2" };
    assert.match(
      await lab.task("POST", `/nodes/${node}/qemu`, missing),
      /^unable to create VM 9101 - could not get size of/,
    );
    const page = download({ url: server.url("page.html"), filename: "page.qcow2" });
    const unchecked = omit(page, "checksum", "checksum-algorithm");
    assert.equal(await lab.task("POST", at(), unchecked), "OK");
    const wrong = { ...vm, vmid: 9101, scsi0: "local-lvm:0,import-from=local:import/page.qcow2" };
    assert.match(await lab.task("POST", `/nodes/${node}/qemu`, wrong), /Image is not in qcow2 format/);
    assert.match(await refused("GET", lab.vm(9101, "/config"), {}), /does not exist/);
  });
});
