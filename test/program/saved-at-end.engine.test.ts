import assert from "node:assert/strict";
import { runnersOf } from "../../bench/scenarios/vms";
import { engineProcesses } from "../../lab/abandoned";
import { apiOnlyLab, type ApiOnlyLab } from "../ops/support/api-only-lab";
import { until } from "../support/until";

const runners = runnersOf(12);
const settings = Object.fromEntries(
  runners.flatMap((runner, index) =>
    Object.entries(runner).map(([key, value]) => [`runners[${index}].${key}`, String(value)]),
  ),
);

/** What docs/performance.md promises of a first run that saves its state at the end alone. The lab has no machines here. */
describe("a first run that saves its state at the end", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("saved");
  });
  after(() => lab.close());

  async function machines(): Promise<string[]> {
    const all = (await lab.rehearsal.proxmox("GET", "nodes/pve-lab/qemu")) as {
      readonly vmid: number;
      readonly name: string;
      readonly template?: number;
    }[];
    return all.flatMap(({ vmid, name, template }) => (template === 1 ? [] : [`${vmid} ${name}`])).sort();
  }

  it("is killed in the middle and has nothing written down: the next up ends where an undisturbed one would have", async () => {
    const { rehearsal } = lab;
    const mark = await rehearsal.mark("proxmox");
    const killed = rehearsal.pulumi(["up"], settings, { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });
    await until("some machines are made", 180_000, async () => {
      const events = await rehearsal.events("proxmox", mark);
      return events.filter(({ kind }) => kind === "vm.cloned").length >= 3;
    });
    for (const { pid } of engineProcesses(rehearsal.lab.instance)) process.kill(pid, "SIGKILL");
    assert.notEqual((await killed).code, 0);
    const next = await rehearsal.up(settings);
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(await machines(), runners.map(({ vmId, name }) => `${vmId} ${name}`).sort());
    const again = await rehearsal.up(settings, "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
