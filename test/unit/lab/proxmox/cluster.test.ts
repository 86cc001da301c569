import assert from "node:assert/strict";
import { EmulatorHarness, node, tokenId } from "./harness";

const other = "pve-other";

describe("a cluster of two nodes", () => {
  let lab: EmulatorHarness;
  before(async () => {
    const usual = { name: "debian-12-cloud", diskGiB: 2, storage: "local-lvm" };
    lab = await EmulatorHarness.start({ otherNodes: [other], otherTemplates: [{ ...usual, vmid: 9001, node: other }] });
  });
  after(() => lab.stop());

  const on = (vmid: number, path: string): string => `/nodes/${other}/qemu/${vmid}${path}`;
  const refused = async (method: string, path: string, form = {}): Promise<string> =>
    (await lab.request(method, path, form)).statusText;

  it("has both nodes and, on each, the template that it holds", async () => {
    const nodes = await lab.get<{ node: string; status: string }[]>("GET", "/cluster/resources", { type: "node" });
    assert.deepEqual(
      nodes.map(({ node: name, status }) => `${name} ${status}`),
      [`${node} online`, `${other} online`],
    );
    const guests = await lab.get<{ vmid: number; node: string }[]>("GET", "/cluster/resources", { type: "vm" });
    assert.deepEqual(
      guests.map((guest) => `${guest.vmid} ${guest.node}`),
      [`9000 ${node}`, `9001 ${other}`],
    );
  });

  it("clones on the node of the template, which alone knows the copy and runs its tasks", async () => {
    const upid = await lab.get<string>("POST", on(9001, "/clone"), { newid: 152, full: 1 });
    assert.match(upid, new RegExp(`^UPID:${other}:.*:qmclone:9001:${tokenId}:$`));
    const { exitstatus } = await lab.get<{ exitstatus: string }>("GET", `/nodes/${other}/tasks/${upid}/status`);
    assert.equal(exitstatus, "OK");
    assert.ok(await lab.get("GET", on(152, "/config")));
    assert.match(
      await refused("GET", lab.vm(152, "/config")),
      new RegExp(`'nodes/${node}/qemu-server/152\\.conf' does not exist`),
    );
    assert.match(await refused("POST", on(9000, "/clone"), { newid: 153, full: 1 }), /9000\.conf' does not exist/);
  });

  it("does not clone to the other node, because no storage is shared", async () => {
    const form = { newid: 153, full: 1, target: other };
    assert.equal(await refused("POST", lab.vm(9000, "/clone"), form), "can't clone to non-shared storage 'local-lvm'");
  });

  it("counts the volumes of each node's own machines", async () => {
    const volumes = async (name: string): Promise<string[]> => {
      const path = `/nodes/${name}/storage/local-lvm/content`;
      return (await lab.get<{ volid: string }[]>("GET", path)).map(({ volid }) => volid).sort();
    };
    assert.deepEqual(await volumes(node), ["local-lvm:base-9000-disk-0", "local-lvm:vm-9000-cloudinit"]);
    assert.ok((await volumes(other)).includes("local-lvm:vm-152-disk-0"));
  });
});
