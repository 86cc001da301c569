import assert from "node:assert/strict";
import { secondary } from "@ghrunners/lab/driver/rehearsal";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const templateId = 9001;
const settings: StackSettings = { "proxmox.templateId": String(templateId) };

/** A machine is made again although no setting changed, so the preflight has nothing new to look at. */
describe("a template that is gone", function () {
  this.timeout(240_000);
  let lab: ApiOnlyLab;
  let urn = "";

  before(async () => {
    lab = await apiOnlyLab("gone", (usual) => ({
      ...usual,
      otherTemplates: [{ ...usual.template, vmid: templateId }],
      tokens: usual.tokens.map((token) => ({
        ...token,
        acl: [...token.acl, { path: `/vms/${templateId}`, privileges: ["VM.Allocate", "VM.Audit", "VM.Clone"] }],
      })),
    }));
    const first = await lab.rehearsal.up(settings);
    assert.equal(first.code, 0, first.output);
    urn = first.steps.find(({ type, urn: each }) => type.includes("VmLegacy") && each.includes("secondary"))?.urn ?? "";
    await lab.rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${templateId}`);
  });
  after(() => lab.close());

  const isThere = async (): Promise<boolean> =>
    ((await lab.rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number }[]).some(
      ({ vmid }) => vmid === secondary.vmId,
    );
  const words = new RegExp(
    `No machine can be made\\.[^]*VMID ${templateId}: seen no such VM, expected a template on node pve-lab.*` +
      "Next: make it as docs/how-to/template\\.md says, or pulumi config set --stack \\S+ --path 'ghrunners:proxmox\\.templateId' VMID",
  );

  it("lets a run that makes no machine go through", async () => {
    const run = await lab.rehearsal.up(settings, "--expect-no-changes");
    assert.equal(run.code, 0, run.output);
  });

  it("is reported by a preview that would make a machine again", async () => {
    const run = await lab.rehearsal.pulumi(["preview", "--replace", urn], settings);
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, words);
  });

  it("is reported by an up, before the machine is deleted", async () => {
    const run = await lab.rehearsal.up(settings, "--replace", urn);
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, words);
    assert.equal(await isThere(), true, "the machine was deleted, and cannot be made again");
    const after = await lab.rehearsal.up(settings, "--expect-no-changes");
    assert.equal(after.code, 0, after.output);
  });

  it("is reported with the next command if the machine is gone as well", async () => {
    await lab.rehearsal.proxmox("POST", `nodes/pve-lab/qemu/${secondary.vmId}/status/stop`);
    await lab.rehearsal.proxmox("DELETE", `nodes/pve-lab/qemu/${secondary.vmId}`);
    const run = await lab.rehearsal.up(settings, "--refresh");
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, new RegExp(`VMID ${templateId}: seen no such VM, expected a template`));
    assert.doesNotMatch(run.output, /HTTP 500/);
  });
});
