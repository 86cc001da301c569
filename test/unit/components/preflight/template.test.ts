import assert from "node:assert/strict";
import { judgeProxmox } from "@ghrunners/components/preflight/judge";
import type { PreflightProblem, StorageSeen } from "@ghrunners/components/preflight/observation";
import { atProxmox, GiB, good, inputs, proxmox, stored } from "./observations";

describe("the preflight of a template and its storage", () => {
  const withTemplate = (change: Record<string, string | undefined>): string[] =>
    atProxmox({ configs: new Map([[9000, { ...good, ...change }]]) }).map(({ reason }) => reason);

  const uefi = {
    ...{ bios: "ovmf", machine: "q35", tpmstate0: "tank:base-9000-disk-2,size=4M,version=v2.0" },
    efidisk0: "tank:base-9000-disk-1,efitype=4m,pre-enrolled-keys=1,size=4M",
  };
  const shapes: readonly [string, Record<string, string | undefined>, RegExp][] = [
    [
      "its disk on virtio0",
      { scsi0: undefined, virtio0: "tank:base-9000-disk-0,size=10G", boot: "order=virtio0" },
      /has its disk at virtio0\. Expected its system on scsi0: .*qm set 9000 --delete virtio0 && qm set 9000 --scsi0 tank:base-9000-disk-0 --scsihw virtio-scsi-pci --boot order=scsi0$/,
    ],
    [
      "the firmware's volumes and its disk on virtio0",
      { ...uefi, scsi0: undefined, virtio0: "tank:d" },
      /at virtio0\./,
    ],
    ["no disk", { scsi0: undefined, boot: undefined }, /has no disk\. Expected its system on scsi0/],
    ["another boot order", { boot: "order=net0;scsi0" }, /has net0 first in its boot order\. Expected scsi0\./],
    ["the old boot disk", { boot: "c", bootdisk: "ide0" }, /has ide0 first in its boot order/],
    ["no controller of its own", { scsihw: undefined }, /has the SCSI controller lsi\. Expected virtio-scsi-pci/],
    [
      "a larger disk",
      { scsi0: "tank:base-9000-disk-0,size=32G" },
      /has a disk of 32\.0 GiB\. Expected 10 GiB \(ghrunners:vm\.diskGiB\) or less, .*Next: pulumi config set --path 'ghrunners:vm\.diskGiB' 32$/,
    ],
    ["user-data of its own", { cicustom: "user=local:snippets/me.yaml" }, /has cloud-init files of its own/],
  ];
  for (const [what, change, words] of shapes) {
    it(`names what is wrong with a template that has ${what}`, () => {
      const reasons = withTemplate(change);
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? "", words);
    });
  }

  it("takes a template as people make it otherwise: another drive for cloud-init, a smaller disk, vendor data", () => {
    for (const change of [
      {},
      { ide2: undefined, scsi1: "tank:vm-9000-cloudinit,media=cdrom" },
      { ide2: undefined },
      { scsi0: "tank:base-9000-disk-0,size=2252M", scsihw: "virtio-scsi-single" },
      { boot: undefined },
      { boot: "cdn", bootdisk: "scsi0" },
      { cicustom: "vendor=local:snippets/agent.yaml" },
      { ...uefi, ide2: undefined, ide3: "tank:vm-9000-cloudinit,media=cdrom" },
    ])
      assert.deepEqual(withTemplate(change), []);
  });

  it("asks of a thin storage what the clones write, not what they may grow to", () => {
    const configs = new Map([[9000, { ...good, scsi0: "tank:base-9000-disk-0,size=2G" }]]);
    const storage = (type: string): StorageSeen => ({ avail: 5 * GiB, type, content: "images" });
    assert.deepEqual(atProxmox({ configs, ...stored(storage("lvmthin")) }), []);
    assert.match(
      atProxmox({ configs, ...stored(storage("lvm")) })[0]?.reason ?? "",
      /expected 20\.0 GiB for 2 new VMs/,
    );
    const small = atProxmox({ configs, ...stored({ ...storage("lvmthin"), total: 8 * GiB }) });
    assert.match(small[0]?.reason ?? "", /^tank has 8\.0 GiB in total, expected 10\.0 GiB for the disk of one VM/);
    const full = atProxmox({ configs, ...stored({ ...storage("lvmthin"), avail: 3 * GiB }) });
    assert.match(full[0]?.reason ?? "", /^tank has 3\.0 GiB free, expected 4\.0 GiB for 2 new VMs/);
  });

  it("takes the image's size for that of a template that is still to be made", () => {
    const image = { url: "https://x/", storage: "local", checksum: "", file: "", mark: "" };
    const images = new Map([
      [
        "pve1",
        {
          storage: { value: { avail: 9 * GiB, content: "import", total: 9 * GiB } },
          download: { value: { size: GiB / 2 } },
        },
      ],
    ]);
    const judged = (type: string): PreflightProblem[] =>
      judgeProxmox(
        { ...inputs, proxmox: { ...inputs.proxmox, image } },
        {
          ...proxmox,
          guests: { value: [] },
          images,
          ...stored({ avail: 12 * GiB, content: "images", type }),
        },
      );
    assert.deepEqual(judged("lvmthin"), []);
    assert.match(judged("zfspool")[0]?.reason ?? "", /^tank has 12\.0 GiB free, expected 20\.0 GiB for 2 new VMs/);
  });
});
