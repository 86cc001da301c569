import assert from "node:assert/strict";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const other = "pve-lab-2";

/** A cluster of two nodes, each with a template of its own. The lab has no machines here. */
describe("runners on two nodes of Proxmox VE", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("nodes", (usual) => ({
      ...usual,
      otherNodes: [other],
      otherTemplates: [{ ...usual.template, vmid: 9001, node: other }],
    }));
  });
  after(() => lab.close());

  const apart = { "runners[1].node": other, [`proxmox.templates.${other}`]: "9001" };

  async function nodesOfMachines(): Promise<Record<number, string>> {
    const guests = (await lab.rehearsal.proxmox("GET", "cluster/resources?type=vm")) as {
      vmid: number;
      node: string;
    }[];
    return Object.fromEntries(guests.filter(({ vmid }) => vmid < 9000).map(({ vmid, node }) => [vmid, node]));
  }

  it("are refused on one of them, until the configuration says in words that this is meant", async () => {
    const refused = await lab.rehearsal.up();
    assert.notEqual(refused.code, 0, refused.output);
    assert.match(refused.output, /runners\[1\]\.node: primary and secondary are both on node pve-lab/);
    assert.deepEqual(await nodesOfMachines(), {});
    const preview = await lab.rehearsal.pulumi(["preview"], {
      "safety.allowOneNode": "one failed node may stop every runner",
    });
    assert.equal(preview.code, 0, preview.output);
  });

  it("are made each on its node, from the template there, and a second up finds nothing to do", async () => {
    const made = await lab.rehearsal.up(apart);
    assert.equal(made.code, 0, made.output);
    assert.deepEqual(await nodesOfMachines(), { 151: "pve-lab", 152: other });
    const again = await lab.rehearsal.up(apart, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });

  it("may be several secondaries, and one of them that is taken away leaves the others as they are", async () => {
    const secondary = (number: number, node: string) => ({
      [`runners[${number}]`]: `{ role: secondary, name: lab-runner-${number}, vmId: ${151 + number}, address: 198.51.100.${51 + number}, node: ${node} }`,
    });
    const four = { ...apart, ...secondary(2, "pve-lab"), ...secondary(3, other) };
    const made = await lab.rehearsal.up(four);
    assert.equal(made.code, 0, made.output);
    assert.deepEqual(await nodesOfMachines(), { 151: "pve-lab", 152: other, 153: "pve-lab", 154: other });
    const again = await lab.rehearsal.up(four, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
    const fewer = await lab.rehearsal.up({ ...apart, ...secondary(2, "pve-lab") });
    assert.equal(fewer.code, 0, fewer.output);
    assert.deepEqual(await nodesOfMachines(), { 151: "pve-lab", 152: other, 153: "pve-lab" });
    const touched = fewer.steps.filter(
      ({ op, urn }) => op !== "same" && urn.includes("lab-runner") && !urn.includes("lab-runner-3"),
    );
    assert.deepEqual(touched, []);
  });

  it("move to the first node by a replacement of their machine, and are gone after a destroy", async () => {
    const together = { "safety.allowOneNode": "one failed node may stop every runner" };
    const moved = await lab.rehearsal.up(together);
    assert.equal(moved.code, 0, moved.output);
    assert.deepEqual(await nodesOfMachines(), { 151: "pve-lab", 152: "pve-lab" });
    const destroyed = await lab.rehearsal.pulumi(["destroy"], together);
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.deepEqual(await nodesOfMachines(), {});
  });
});
