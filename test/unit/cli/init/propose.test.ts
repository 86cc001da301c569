import assert from "node:assert/strict";
import { fillIn, freeAddresses, freeVmIds, proposeNetwork, type ProxmoxOffer } from "@ghrunners/cli/init/propose";

const offer: ProxmoxOffer = {
  nodes: ["pve1"],
  templates: [{ vmId: 9000, name: "debian-12", node: "pve1" }],
  storages: { pve1: ["tank"] },
  bridges: ["vmbr1"],
  usedVmIds: [100, 151],
  usedAddresses: ["192.168.0.51"],
};

describe("proposals of ghrunners init", () => {
  it("fill in what can be meant in one way alone", () => {
    assert.deepEqual(fillIn({}, offer), {
      proxmox: { node: "pve1", templateId: 9000, storage: "tank", bridge: "vmbr1" },
    });
  });

  it("keep what was said, and leave defaults out where they fit", () => {
    const usual = { ...offer, storages: { pve1: ["local-lvm", "tank"] }, bridges: ["vmbr0", "vmbr1"] };
    const said = { proxmox: { node: "pve1", templateId: 8000 } };
    assert.deepEqual(fillIn(said, usual), said);
  });

  it("leave open what could be meant in two ways", () => {
    const two = {
      ...offer,
      nodes: ["pve1", "pve2"],
      storages: { pve1: ["a", "b"], pve2: [] },
      bridges: ["vmbr1", "vmbr2"],
    };
    assert.deepEqual(fillIn({}, two), {});
  });

  it("find VMIDs and addresses that no guest has", () => {
    assert.deepEqual(freeVmIds(2, [151, 153]), [152, 154]);
    assert.deepEqual(freeAddresses(2, "192.168.0.1", 24, offer.usedAddresses), ["192.168.0.52", "192.168.0.53"]);
    // A subnet that is too small for .51, and one that is full.
    assert.deepEqual(
      freeAddresses(9, "10.0.0.1", 29, ["10.0.0.4"]),
      ["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.6"].sort((a, b) => freeOrder(a) - freeOrder(b)),
    );
    assert.deepEqual(freeAddresses(1, "10.0.0.1", 30, ["10.0.0.2"]), []);
  });

  it("take the network that this machine shares with Proxmox VE", () => {
    const own = [
      { address: "127.0.0.1", prefixLength: 8 },
      { address: "10.1.2.3", prefixLength: 16 },
      { address: "192.168.0.7", prefixLength: 24 },
    ];
    assert.deepEqual(proposeNetwork("192.168.0.200", own), {
      gateway: "192.168.0.1",
      prefixLength: 24,
      adminCidr: "192.168.0.0/24",
    });
    assert.equal(proposeNetwork(undefined, own)?.adminCidr, "10.1.0.0/16");
    assert.equal(proposeNetwork("203.0.113.9", own)?.gateway, "203.0.113.1");
    assert.equal(proposeNetwork(undefined, []), undefined);
  });
});

/** The search begins at .51 and goes round. */
function freeOrder(address: string): number {
  const last = Number(address.split(".")[3]);
  return (last - 51 + 700) % 7;
}
