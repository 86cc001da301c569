import assert from "node:assert/strict";
import type { ProxmoxSeed } from "@ghrunners/lab/proxmox/seed";
import { acl, EmulatorHarness, node, testSeed } from "./harness";

const MiB = 2 ** 20;
const place = (storage: string): string => `/storage/${storage}`;
const grant = (storage: string) => ({
  path: place(storage),
  privileges: ["Datastore.Audit", "Datastore.AllocateSpace"],
});

const template = (vmid: number, storage: string): ProxmoxSeed["template"] => ({
  ...{ vmid, name: `uefi-${vmid}`, diskGiB: 2, storage },
  config: {
    ...{ ide2: "", ide3: "CLOUDINIT,media=cdrom,size=4M" },
    ...{ bios: "ovmf", machine: "q35", tpmstate0: "TPM,size=4M,version=v2.0" },
    efidisk0: "EFI,efitype=4m,pre-enrolled-keys=1,size=4M",
  },
});

/** Just enough for a disk of 2 GiB and a cloud-init drive: no room for what the firmware keeps. */
const small = { id: "small", type: "lvm" as const, totalBytes: 2 * 1024 * MiB + 4 * MiB };

const seed: Partial<ProxmoxSeed> = {
  storages: [
    ...testSeed().storages,
    { id: "files", type: "dir", totalBytes: 64 * 1024 * MiB },
    { id: "secret", type: "lvmthin", totalBytes: 64 * 1024 * MiB },
    small,
  ],
  otherTemplates: [template(9001, "local-lvm"), template(9002, "secret")],
  tokens: testSeed().tokens.map((token) => ({ ...token, acl: [...acl, grant("files"), grant("small")] })),
};

/** Source: qemu-server, PVE/API2/Qemu.pm (clone_vm, $create_disks), PVE/QemuServer/Drive.pm and OVMF.pm. */
describe("what the firmware of a VM keeps", () => {
  let lab: EmulatorHarness;
  beforeEach(async () => (lab = await EmulatorHarness.start(seed)));
  afterEach(() => lab.stop());

  const config = (vmid: number) => lab.get<Record<string, string>>("GET", lab.vm(vmid, "/config"));
  const clone = (source: number, form: Record<string, string | number>) =>
    lab.task("POST", lab.vm(source, "/clone"), { newid: 151, full: 1, ...form });

  it("is copied by a full clone, in the order of the slots", async () => {
    assert.equal(await clone(9001, {}), "OK");
    const { bios, machine, efidisk0, tpmstate0, scsi0 } = await config(151);
    assert.deepEqual([bios, machine], ["ovmf", "q35"]);
    assert.equal(efidisk0, "local-lvm:vm-151-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M");
    assert.equal(scsi0, "local-lvm:vm-151-disk-1,size=2G");
    assert.equal(tpmstate0, "local-lvm:vm-151-disk-2,size=4M,version=v2.0");
  });

  it("has the size of its files on a directory, where a TPM's state is raw", async () => {
    assert.equal(await clone(9001, { storage: "files" }), "OK");
    const { efidisk0, tpmstate0 } = await config(151);
    assert.equal(efidisk0, "files:151/vm-151-disk-0.qcow2,efitype=4m,pre-enrolled-keys=1,size=528K");
    assert.equal(tpmstate0, "files:151/vm-151-disk-2.raw,size=4M,version=v2.0");
    const formats = ["disk-0.qcow2", "disk-2.raw"].map(async (name) => {
      const volume = encodeURIComponent(`files:151/vm-151-${name}`);
      return (await lab.get<{ format: string }>("GET", `/nodes/${node}/storage/files/content/${volume}`)).format;
    });
    assert.deepEqual(await Promise.all(formats), ["qcow2", "raw"]);
  });

  it("stays where the provider moves the cloud-init drive from ide3, which it makes an empty drive", async () => {
    assert.equal(await clone(9001, {}), "OK");
    const before = await config(151);
    await lab.get("PUT", lab.vm(151, "/config"), { delete: "ide2,ide3" });
    await lab.get("PUT", lab.vm(151, "/config"), {
      ...{ ide2: "file=local-lvm:cloudinit,media=cdrom", ide3: "file=none,media=cdrom" },
      scsi0: `file=${before.scsi0?.split(",")[0]},aio=io_uring,size=2147483648`,
    });
    const after = await config(151);
    assert.deepEqual(
      ["bios", "machine", "efidisk0", "tpmstate0"].map((option) => after[option]),
      ["bios", "machine", "efidisk0", "tpmstate0"].map((option) => before[option]),
    );
    assert.match(`${after.ide2} ${after.ide3}`, /^local-lvm:vm-151-cloudinit,\S+ none,media=cdrom$/);
  });

  it("takes space on the storage, and a clone that does not fit leaves nothing", async () => {
    assert.equal(await lab.task("POST", lab.vm(9000, "/clone"), { newid: 150, full: 1, storage: "small" }), "OK");
    assert.equal(await lab.task("DELETE", lab.vm(150)), "OK");
    const end = await clone(9001, { storage: "small" });
    assert.match(end, /^clone failed: lvcreate 'small\/vm-151-disk-\d' error: .* insufficient free space/);
    assert.equal((await lab.request("GET", lab.vm(151, "/config"))).status, 500);
  });

  it("takes the privilege on the storage that gets it: the target, or its own without one", async () => {
    const refused = await lab.request("POST", lab.vm(9002, "/clone"), { newid: 151, full: 1 });
    assert.equal(refused.status, 403);
    assert.match(refused.statusText, /\/storage\/secret, Datastore\.AllocateSpace/);
    assert.equal(await clone(9002, { storage: "local-lvm" }), "OK");
  });

  it("is made with a size of its own, waits for a power cycle, and is no disk to boot from", async () => {
    await lab.clone(151);
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
    await lab.get("PUT", lab.vm(151, "/config"), { bios: "ovmf", efidisk0: "local-lvm:1,efitype=4m" });
    const current = await lab.get<Record<string, string>>("GET", lab.vm(151, "/config"), { current: 1 });
    assert.equal(current.efidisk0, undefined);
    assert.equal((await config(151)).efidisk0, "local-lvm:vm-151-disk-1,efitype=4m,size=4M");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/stop")), "OK");
    assert.equal(await lab.task("POST", lab.vm(151, "/status/start")), "OK");
    assert.equal((await lab.get<{ maxdisk: number }>("GET", lab.vm(151, "/status/current"))).maxdisk, 2 * 1024 * MiB);
  });

  it("becomes base volumes with its template, and refuses properties of a disk", async () => {
    const made = await lab.task("POST", `/nodes/${node}/qemu`, {
      ...{ vmid: 160, name: "uefi", bios: "ovmf", machine: "q35", scsi0: "local-lvm:2" },
      ...{ efidisk0: "local-lvm:1,efitype=4m,pre-enrolled-keys=1", tpmstate0: "local-lvm:1,version=v2.0" },
    });
    assert.equal(made, "OK");
    assert.equal((await config(160)).boot, "order=scsi0");
    assert.equal(await lab.task("POST", lab.vm(160, "/template")), "OK");
    const { efidisk0, tpmstate0 } = await config(160);
    assert.match(
      `${efidisk0} ${tpmstate0}`,
      /^local-lvm:base-160-disk-\d,efitype.* local-lvm:base-160-disk-\d,size=4M/,
    );
    const wrong = await lab.request("PUT", lab.vm(160, "/config"), { efidisk0: "local-lvm:1,iothread=1" });
    assert.equal(wrong.status, 400);
    assert.match(wrong.errors?.efidisk0 ?? "", /iothread/);
  });
});
