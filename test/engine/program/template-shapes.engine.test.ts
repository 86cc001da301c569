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
  });
});
