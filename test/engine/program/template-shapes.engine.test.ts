import assert from "node:assert/strict";
import { FILES, vmIdOf, withTemplates } from "@ghrunners/lab/matrix/templates";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

/** Templates as other people have them, cloned by the real provider. The lab has no machines here. */
describe("templates of other shapes", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("shape", withTemplates);
  });
  after(() => lab.close());

  const configOf = async (vmid: number): Promise<Record<string, unknown>> =>
    (await lab.rehearsal.proxmox("GET", `nodes/pve-lab/qemu/${vmid}/config`)) as Record<string, unknown>;

  it("qcow2 on a directory: the second up, refreshed, changes nothing and drains no runner", async () => {
    const settings = { "proxmox.templateId": String(vmIdOf("qcow2 on a directory")), "proxmox.storage": FILES };
    const first = await lab.rehearsal.up(settings);
    assert.equal(first.code, 0, first.output);
    assert.match(String((await configOf(151)).scsi0), /^files:151\/vm-151-disk-0\.qcow2,/);
    const second = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(second.code, 0, second.output);
    // A change of the machine must not turn the format into a problem either.
    const larger = { ...settings, "vm.memoryMiB": "4096" };
    const changed = await lab.rehearsal.up(larger);
    assert.equal(changed.code, 0, changed.output);
    const after = await lab.rehearsal.up(larger, "--refresh", "--expect-no-changes");
    assert.equal(after.code, 0, after.output);
    const destroyed = await lab.rehearsal.pulumi(["destroy"], larger);
    assert.equal(destroyed.code, 0, destroyed.output);
  });

  it("cloud-init on scsi1: the machine has one such drive, at ide2", async () => {
    const settings = { "proxmox.templateId": String(vmIdOf("cloud-init on scsi1")) };
    const run = await lab.rehearsal.up(settings);
    assert.equal(run.code, 0, run.output);
    const drives = Object.entries(await configOf(151)).filter(([, value]) => /cloudinit/.test(String(value)));
    assert.deepEqual(
      drives.map(([slot]) => slot),
      ["ide2"],
    );
    const again = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    const destroyed = await lab.rehearsal.pulumi(["destroy"], settings);
    assert.equal(destroyed.code, 0, destroyed.output);
  });

  // The provider neither sends nor reads back bios, machine and EFI disk of a clone where they are not set.
  it("q35 with OVMF, onto another storage: the machine has the firmware's volumes there, and no up changes it", async () => {
    const settings = {
      "proxmox.templateId": String(vmIdOf("q35 with OVMF and a TPM, cloud-init on scsi1")),
      "proxmox.storage": FILES,
    };
    const run = await lab.rehearsal.up(settings);
    assert.equal(run.code, 0, run.output);
    const config = await configOf(151);
    assert.deepEqual(
      ["bios", "machine", "efidisk0", "tpmstate0"].map((option) => config[option]),
      [
        ...["ovmf", "pc-q35-9.2"],
        "files:151/vm-151-disk-0.qcow2,efitype=4m,pre-enrolled-keys=0,size=528K",
        "files:151/vm-151-disk-2.raw,size=4M,version=v2.0",
      ],
    );
    assert.match(String(config.scsi0), /^files:151\/vm-151-disk-1\.qcow2,.*size=4G/);
    assert.deepEqual(
      Object.keys(config).filter((slot) => /cloudinit/.test(String(config[slot]))),
      ["ide2"],
    );
    const again = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    const larger = { ...settings, "vm.memoryMiB": "4096" };
    const changed = await lab.rehearsal.up(larger);
    assert.equal(changed.code, 0, changed.output);
    const after = await lab.rehearsal.up(larger, "--refresh", "--expect-no-changes");
    assert.equal(after.code, 0, after.output);
    const destroyed = await lab.rehearsal.pulumi(["destroy"], larger);
    assert.equal(destroyed.code, 0, destroyed.output);
  });

  it("q35 with OVMF, cloud-init where the machine gets its empty drive: it moves to ide2", async () => {
    const settings = { "proxmox.templateId": String(vmIdOf("q35 with OVMF, cloud-init on ide3")) };
    const run = await lab.rehearsal.up(settings);
    assert.equal(run.code, 0, run.output);
    const { ide2, ide3, efidisk0, scsi0 } = await configOf(151);
    assert.match(String(ide2), /^local-lvm:vm-151-cloudinit,/);
    assert.match(String(ide3), /^none,media=cdrom/);
    assert.equal(efidisk0, "local-lvm:vm-151-disk-0,efitype=4m,pre-enrolled-keys=1,size=4M");
    assert.match(String(scsi0), /^local-lvm:vm-151-disk-1,/);
    const again = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
