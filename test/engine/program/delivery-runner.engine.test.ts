import assert from "node:assert/strict";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const settings = {
  "deliveryRunner.name": "delivery-1",
  "deliveryRunner.vmId": "159",
  "deliveryRunner.address": "198.51.100.59",
};
/** Variables of a job on that machine. Source: GitHub, "Default environment variables". */
const onIt = { RUNNER_NAME: "delivery-1" };

/** The delivery runner as a part of a stack, with the real engine. No machines here. */
describe("a delivery runner that the program makes", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("dlvry");
  });
  after(() => lab.close());

  interface Config {
    readonly tags?: string;
    readonly memory?: string | number;
  }
  const machine = (vmId: number): Promise<Config> =>
    lab.rehearsal.proxmox("GET", `nodes/pve-lab/qemu/${vmId}/config`) as Promise<Config>;
  const memoryOf = async (vmId: number): Promise<number> => Number((await machine(vmId)).memory);
  const rulesOf = async (vmId: number): Promise<string[]> => {
    const call = `nodes/pve-lab/qemu/${vmId}/firewall/rules`;
    const rules = (await lab.rehearsal.proxmox("GET", call)) as { type: string; dport?: string; dest?: string }[];
    return rules.map(({ type, dport = "all", dest = "anywhere" }) => `${type} ${dport} ${dest}`);
  };

  it("is made with its own machine, which alone reaches Proxmox VE, and a second up finds nothing to do", async () => {
    const made = await lab.rehearsal.up(settings);
    assert.equal(made.code, 0, made.output);
    assert.match((await machine(159)).tags ?? "", /\bdelivery\b/);
    const api = new URL(lab.rehearsal.lab.proxmoxEndpoint);
    const way = `out ${api.port} ${api.hostname}/32`;
    assert.ok((await rulesOf(159)).includes(way), `${way}: ${(await rulesOf(159)).join("; ")}`);
    assert.ok((await rulesOf(159)).includes("out 22,59999 198.51.100.51/32"));
    for (const vmId of [151, 152]) assert.ok(!(await rulesOf(vmId)).some((rule) => rule.includes(api.port)));
    const again = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("stays as it is in an update that is a job on it, which says so and changes everything else", async () => {
    const grown = { ...settings, "vm.memoryMiB": "1536" };
    const before = await memoryOf(159);
    assert.notEqual(before, 1536);
    const preview = await lab.rehearsal.pulumi(["preview", "--diff"], grown, onIt);
    assert.equal(preview.code, 0, preview.output);
    assert.match(
      preview.output,
      /delivery-1 stays as it is: this update is a job on it\. Next: pulumi up --stack \S+ on a/,
    );
    const update = await lab.rehearsal.pulumi(["up"], grown, onIt);
    assert.equal(update.code, 0, update.output);
    assert.deepEqual([await memoryOf(151), await memoryOf(159)], [1536, before]);
    assert.deepEqual(
      update.steps.filter(({ op, name }) => op !== "same" && name.startsWith("delivery")),
      [],
    );
    const again = await lab.rehearsal.pulumi(["up", "--refresh", "--expect-no-changes"], grown, onIt);
    assert.equal(again.code, 0, again.output);
  });

  it("is changed by the next update from elsewhere", async () => {
    const grown = { ...settings, "vm.memoryMiB": "1536" };
    const update = await lab.rehearsal.up(grown);
    assert.equal(update.code, 0, update.output);
    assert.equal(await memoryOf(159), 1536);
    assert.doesNotMatch(update.output, /stays as it is/);
  });

  it("refuses, already in the preview, an update on it that would delete or move it", async () => {
    const removed = await lab.rehearsal.pulumi(["preview"], {}, onIt);
    assert.notEqual(removed.code, 0, removed.output);
    assert.match(removed.output, /deliveryRunner: delivery-1 would be deleted, and this update is a job on it/);
    const moved = await lab.rehearsal.pulumi(["preview"], { ...settings, "deliveryRunner.vmId": "160" }, onIt);
    assert.notEqual(moved.code, 0, moved.output);
    assert.match(moved.output, /deliveryRunner\.vmId: delivery-1 would move from 159 to 160/);
  });

  it("is gone after an update from elsewhere without it", async () => {
    const removed = await lab.rehearsal.up({});
    assert.equal(removed.code, 0, removed.output);
    await assert.rejects(machine(159));
    const again = await lab.rehearsal.up({}, "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
