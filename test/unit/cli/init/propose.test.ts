import assert from "node:assert/strict";
import { fillIn, type ProxmoxOffer } from "@ghrunners/cli/init/propose";

const offer: ProxmoxOffer = {
  nodes: ["pve1"],
  templates: [{ vmId: 9000, name: "debian-12", node: "pve1" }],
  storages: { pve1: ["tank"] },
  bridges: ["vmbr1"],
};

describe("proposals of ghrunners init", () => {
  it("fill in an answer that has only one possible value", () => {
    assert.deepEqual(fillIn({}, offer), {
      proxmox: { node: "pve1", templateId: 9000, storage: "tank", bridge: "vmbr1" },
    });
  });

  it("keep the given answers, and leave out settings whose default fits", () => {
    const usual = { ...offer, storages: { pve1: ["local-lvm", "tank"] }, bridges: ["vmbr0", "vmbr1"] };
    const said = { proxmox: { node: "pve1", templateId: 8000 } };
    assert.deepEqual(fillIn(said, usual), said);
  });

  it("propose no template where the program makes it of an image", () => {
    const { proxmox } = fillIn({ proxmox: { image: { url: "https://images.example/x" } } }, offer);
    assert.ok(!("templateId" in (proxmox as object)));
  });

  it("leave open an answer that has several possible values", () => {
    const two = {
      ...offer,
      nodes: ["pve1", "pve2"],
      storages: { pve1: ["a", "b"], pve2: [] },
      bridges: ["vmbr1", "vmbr2"],
    };
    assert.deepEqual(fillIn({}, two), {});
  });
});
