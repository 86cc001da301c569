import assert from "node:assert/strict";
import { primary, secondary } from "@ghrunners/lab/driver/rehearsal";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const v3 = { "vm.cpuType": "x86-64-v3" };

/** The processor type of the machines, by the real provider. The lab has no machines here. */
describe("another processor type", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("cpu");
    const first = await lab.rehearsal.up();
    assert.equal(first.code, 0, first.output);
  });
  after(() => lab.close());

  const machine = (vmId: number, what: string): Promise<unknown> =>
    lab.rehearsal.proxmox("GET", `nodes/pve-lab/qemu/${vmId}/${what}`);
  const typeOf = async (vmId: number): Promise<unknown> => ((await machine(vmId, "config")) as { cpu: string }).cpu;

  it("is refused in the preview where the node does not offer it", async () => {
    const run = await lab.rehearsal.pulumi(["preview"], { "vm.cpuType": "x86-64-v5" });
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, /ghrunners:vm\.cpuType: node pve-lab has no processor type x86-64-v5\. Expected one that/);
  });

  it("restarts the machines in place, one role after the other, and is in effect then", async () => {
    const mark = await lab.rehearsal.mark("proxmox");
    const run = await lab.rehearsal.up(v3);
    assert.equal(run.code, 0, run.output);
    const vms = run.steps.filter(({ type, op }) => type.includes("VmLegacy") && op !== "same");
    assert.deepEqual(
      vms.map(({ op, urn }) => `${op} ${/primary|secondary/.exec(urn)?.[0]}`),
      ["update secondary", "update primary"],
    );
    const events = await lab.rehearsal.events("proxmox", mark);
    const power = events.filter(({ kind }) => /^vm\.(stopped|started)$/.test(kind));
    assert.deepEqual(
      power.map(({ kind, vmid }) => `${kind} ${String(vmid)}`),
      [secondary, primary].flatMap(({ vmId }) => [`vm.stopped ${vmId}`, `vm.started ${vmId}`]),
    );
    for (const { vmId } of [primary, secondary]) {
      assert.match(String(await typeOf(vmId)), /^(cputype=)?x86-64-v3$/);
      const pending = (await machine(vmId, "pending")) as { key: string; pending?: string }[];
      assert.equal(pending.find(({ key }) => key === "cpu")?.pending, undefined);
    }
    const again = await lab.rehearsal.up(v3, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("is given up as it was taken", async () => {
    const back = await lab.rehearsal.up();
    assert.equal(back.code, 0, back.output);
    assert.match(String(await typeOf(primary.vmId)), /^(cputype=)?x86-64-v2-AES$/);
  });
});
