import assert from "node:assert/strict";
import type { PreflightInputs } from "@ghrunners/components/resources/preflight";
import { judgeProxmox, requiredPrivileges } from "@ghrunners/components/preflight/judge";
import type { ProxmoxObservation } from "@ghrunners/components/preflight/observation";
import { GiB, inputs, proxmox, template } from "./observations";

describe("the preflight of a cluster with two nodes", () => {
  const two = { value: ["pve1", "pve2"].map((node) => ({ node, online: true })) };
  const [primary, secondary] = inputs.runners as [PreflightInputs["runners"][0], PreflightInputs["runners"][0]];
  const apart = { ...inputs, runners: [primary, { ...secondary, node: "pve2", templateId: 9001 }] };
  const both: ProxmoxObservation = {
    ...proxmox,
    nodes: two,
    guests: { value: [template, { ...template, vmid: 9001, node: "pve2" }] },
    storages: new Map(["pve1", "pve2"].map((node) => [node, { value: { avail: 10 * GiB } }])),
  };

  it("refuses all runners on one node, with the commands that move a secondary, and the sentence that allows it", () => {
    const problems = judgeProxmox(inputs, { ...proxmox, nodes: two });
    assert.deepEqual(
      problems.map(({ setting }) => setting),
      ["runners[1].node"],
    );
    assert.match(
      problems[0]?.reason ?? "",
      /^primary and secondary are both on node pve1, .*'ghrunners:proxmox\.templates\.pve2' VMID .*'ghrunners:runners\[1\]\.node' pve2, .*'ghrunners:safety\.allowOneNode' 'one failed node may stop every runner'$/,
    );
    assert.deepEqual(judgeProxmox({ ...inputs, oneNodeAllowed: true }, { ...proxmox, nodes: two }), []);
  });

  it("does not count a node that is off, and asks nothing of a primary alone", () => {
    const nodes = { value: two.value.map(({ node }) => ({ node, online: node === "pve1" })) };
    assert.deepEqual(judgeProxmox(inputs, { ...proxmox, nodes }), []);
    assert.deepEqual(judgeProxmox({ ...inputs, runners: [primary] }, { ...proxmox, nodes: two }), []);
  });

  it("has nothing to say of one runner on each, with a template and the space for one VM on each", () => {
    assert.deepEqual(judgeProxmox(apart, both), []);
  });

  it("names the node, the template and the storage that the second node lacks", () => {
    const lacking = judgeProxmox(apart, {
      ...both,
      nodes: { value: [{ node: "pve1", online: true }] },
      guests: { value: [template] },
      storages: new Map([...both.storages, ["pve2", { value: { avail: 1 * GiB } }]]),
    });
    const said = lacking.map(({ setting, reason }) => `${setting}: ${reason}`).join("\n");
    assert.match(said, /^runners\[1\]\.node: there is no node pve2, seen: pve1\./m);
    assert.match(
      said,
      /^proxmox\.templates\.pve2: VMID 9001: seen no such VM, .*'ghrunners:proxmox\.templates\.pve2' VMID$/m,
    );
    assert.match(said, /^proxmox\.storage: tank on node pve2 has 1\.0 GiB free, expected 10\.0 GiB for 1 new VM\./m);
    assert.equal(lacking.length, 3);
  });

  it("asks for the privileges on both templates", () => {
    const paths = requiredPrivileges(apart).filter(({ privilege }) => privilege === "VM.Clone");
    assert.deepEqual(
      paths.map(({ path }) => path),
      ["/vms/9000", "/vms/9001"],
    );
  });
});
