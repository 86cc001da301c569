import assert from "node:assert/strict";
import { makesMachine, provider, refuseWithoutTemplate } from "@ghrunners/components/resources/clone-source";
import type { ClusterGuest } from "@ghrunners/core/proxmox/answers";

const source = { node: "pve1", templateId: 9000, diskGiB: 10 };
const template: ClusterGuest = { vmid: 9000, name: "debian", node: "pve1", template: true, type: "qemu" };
const drives = { scsi0: "tank:base-9000-disk-0,size=4G", scsihw: "virtio-scsi-pci", boot: "order=scsi0" };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const seeing = (guests: readonly ClusterGuest[], config: () => Promise<object> = async () => drives): Promise<void> =>
  refuseWithoutTemplate({ guests: async () => [...guests], vmConfig: async () => config() as Promise<never> }, source);

describe("what machines are cloned from", () => {
  it("is read when a machine is about to be made, whose address is not known", () => {
    assert.equal(makesMachine({ incarnations: ["BC:24:11:00:00:01", "BC:24:11:00:00:02"] }), false);
    assert.equal(makesMachine({ incarnations: ["BC:24:11:00:00:01", unknown] }), true);
    assert.equal(makesMachine({ incarnations: unknown as unknown as string[] }), true);
  });

  it("refuses without a template, and with one that cannot be cloned", async () => {
    await seeing([template]);
    await assert.rejects(seeing([]), /No machine can be made\.\n {2}ghrunners:proxmox: VMID 9000: seen no such VM/);
    await assert.rejects(seeing([{ ...template, template: false }]), /is a VM and not a template/);
    await assert.rejects(
      seeing([template], async () => ({ ...drives, scsi0: "tank:base-9000-disk-0,size=40G" })),
      /a disk of 40\.0 GiB\. Expected 10 GiB/,
    );
  });

  it("is not asked for while its number is not known: this run makes it of an image", async () => {
    const state = { endpoint: "https://127.0.0.1:1/", ...source, incarnations: unknown as unknown as string[] };
    const found = await provider.diff?.("id", state, { ...state, templateId: unknown as unknown as number });
    assert.equal(found?.changes, true);
  });

  it("is made again by a refresh where the program makes it of an image", async () => {
    const proxmox = { guests: async () => [], vmConfig: async () => ({}) };
    const made = { ...source, setting: "proxmox.image" };
    await assert.rejects(refuseWithoutTemplate(proxmox, made), /Next: pulumi up --refresh, which makes it again$/);
  });

  it("refuses nothing without an answer of Proxmox VE, which then deletes nothing either", async () => {
    const silent = async (): Promise<never> => Promise.reject(new Error("no answer"));
    await refuseWithoutTemplate({ guests: silent, vmConfig: silent }, source);
    await seeing([template], silent);
  });
});
