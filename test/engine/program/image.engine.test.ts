import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { templateMark, templateVmId } from "@ghrunners/core/proxmox/image";
import type { StackSettings } from "@ghrunners/lab/driver/engine-run";
import { type ImageServer, qcow2, serveImages, sha512 } from "@ghrunners/lab/driver/cloud-images";
import { withImageStorage } from "@ghrunners/lab/matrix/templates";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const GiB = 2 ** 30;
const node = "pve-lab";
const images = { "debian-12.qcow2": qcow2(2 * GiB, "twelve"), "debian-13.qcow2": qcow2(3 * GiB, "thirteen") };

/** The lab has no machines here; its Proxmox VE downloads from a server of this process. */
describe("templates that the program makes of an image", function () {
  this.timeout(300_000);
  let lab: ApiOnlyLab;
  let server: ImageServer;

  before(async () => {
    lab = await apiOnlyLab("image", withImageStorage);
    const { tls } = lab.rehearsal.lab.instance;
    const read = (name: string): string => readFileSync(path.join(tls, name), "utf8");
    server = await serveImages(images, { cert: read("server.pem"), key: read("server-key.pem") });
  });
  after(async () => {
    await server?.close();
    await lab?.close();
  });

  const of = (name: keyof typeof images, change: StackSettings = {}): StackSettings => ({
    "proxmox.templateId": undefined,
    "proxmox.image.url": server.url(name),
    "proxmox.image.checksum": sha512(images[name]),
    ...change,
  });
  const vmIdOf = (name: keyof typeof images): number =>
    templateVmId(path.basename(lab.stack.name), node, { checksum: sha512(images[name]), firstVmId: 9000 });
  const guests = async () =>
    (await lab.rehearsal.proxmox("GET", "cluster/resources?type=vm")) as { vmid: number; template: number }[];
  const templates = async (): Promise<number[]> =>
    (await guests()).filter(({ vmid, template }) => template === 1 && vmid !== 9000).map(({ vmid }) => vmid);
  const configOf = async (vmid: number): Promise<Record<string, unknown>> =>
    (await lab.rehearsal.proxmox("GET", `nodes/${node}/qemu/${vmid}/config`)) as Record<string, unknown>;
  const succeeds = async (settings: StackSettings, ...args: string[]): Promise<void> => {
    const run = await lab.rehearsal.up(settings, ...args);
    assert.equal(run.code, 0, run.output);
  };

  it("are refused where templateId is set as well", async () => {
    const run = await lab.rehearsal.pulumi(["preview"], of("debian-12.qcow2", { "proxmox.templateId": "9000" }));
    assert.notEqual(run.code, 0, run.output);
    assert.match(
      run.output,
      /seen: +proxmox\.templateId and proxmox\.image\n +allowed: one of them: with proxmox\.image the program makes/,
    );
  });

  it("are not made of a file with another checksum: nothing is made, and the preview names a URL that is gone", async () => {
    const wrong = of("debian-12.qcow2", { "proxmox.image.checksum": "f".repeat(128) });
    const run = await lab.rehearsal.up(wrong);
    assert.notEqual(run.code, 0, run.output);
    assert.match(run.output, /has the SHA-512 [0-9a-f]{128}\. Expected f{128}/);
    assert.deepEqual(
      (await guests()).map(({ vmid }) => vmid),
      [9000],
    );
    const gone = { ...wrong, "proxmox.image.url": server.url("gone.qcow2") };
    const preview = await lab.rehearsal.pulumi(["preview"], gone);
    assert.notEqual(preview.code, 0, preview.output);
    assert.match(preview.output, /ghrunners:proxmox\.image\.url: node pve-lab cannot download .*404 Not Found/);
  });

  it("are completed after a run that ended in between, and the machines are cloned from them", async () => {
    const vmId = vmIdOf("debian-12.qcow2");
    await lab.rehearsal.withFault(["proxmox-500", "count=1", `match=${vmId}/template`], async () => {
      const broken = await lab.rehearsal.up(of("debian-12.qcow2"));
      assert.notEqual(broken.code, 0, broken.output);
    });
    assert.deepEqual(await templates(), []);
    // As a killed run leaves it: the VM is there, and is no template.
    const mark = templateMark(path.basename(lab.stack.name), sha512(images["debian-12.qcow2"]));
    const half = new URLSearchParams({ vmid: String(vmId), name: "half", description: mark });
    await lab.rehearsal.proxmox("POST", `nodes/${node}/qemu?${half}`);
    await succeeds(of("debian-12.qcow2"));
    assert.deepEqual(await templates(), [vmId]);
    assert.equal((await configOf(vmId)).scsi0, `local-lvm:base-${vmId}-disk-0,size=2G`);
    for (const machine of [151, 152]) assert.match(String((await configOf(machine)).scsi0), /^local-lvm:vm-/);
    assert.deepEqual(server.fetched.filter((name) => name === "debian-12.qcow2").length, 2);
  });

  it("stay as they are: a second up finds nothing to do", async () => {
    await succeeds(of("debian-12.qcow2"), "--refresh", "--expect-no-changes");
    await succeeds(of("debian-12.qcow2"), "--expect-no-changes");
  });

  it("are made anew for another image beside the old one, which is deleted when its machines are replaced", async () => {
    const preview = await lab.rehearsal.pulumi(["preview"], of("debian-13.qcow2"));
    assert.equal(preview.code, 0, preview.output);
    const since = await lab.rehearsal.mark("proxmox");
    await succeeds(of("debian-13.qcow2"));
    assert.deepEqual(await templates(), [vmIdOf("debian-13.qcow2")]);
    const events = (await lab.rehearsal.events("proxmox", since)) as unknown as {
      kind: string;
      vmid?: number;
      source?: number;
    }[];
    const at = (kind: string, vmid: number): number =>
      events.findIndex((each) => each.kind === kind && each.vmid === vmid);
    const [made, gone] = [at("vm.template", vmIdOf("debian-13.qcow2")), at("vm.destroyed", vmIdOf("debian-12.qcow2"))];
    assert.ok(made >= 0 && made < at("vm.destroyed", 152), JSON.stringify(events));
    for (const machine of [151, 152]) assert.ok(at("vm.cloned", machine) < gone, JSON.stringify(events));
    await succeeds(of("debian-13.qcow2"), "--refresh", "--expect-no-changes");
  });

  it("come back after a failed change: the template is kept although its delete was due", async () => {
    await lab.rehearsal.withFault(["proxmox-500", "count=50", "match=/clone"], async () => {
      const broken = await lab.rehearsal.up(of("debian-12.qcow2"));
      assert.notEqual(broken.code, 0, broken.output);
    });
    assert.deepEqual((await templates()).sort(), [vmIdOf("debian-12.qcow2"), vmIdOf("debian-13.qcow2")].sort());
    await succeeds(of("debian-13.qcow2"));
    assert.deepEqual(await templates(), [vmIdOf("debian-13.qcow2")]);
    await succeeds(of("debian-13.qcow2"), "--refresh", "--expect-no-changes");
  });

  it("are made again where they were deleted by hand, and are gone with the stack", async () => {
    const vmId = vmIdOf("debian-13.qcow2");
    await lab.rehearsal.proxmox("DELETE", `nodes/${node}/qemu/${vmId}`);
    await succeeds(of("debian-13.qcow2"), "--refresh");
    assert.deepEqual(await templates(), [vmId]);
    const destroyed = await lab.rehearsal.pulumi(["destroy"], of("debian-13.qcow2"));
    assert.equal(destroyed.code, 0, destroyed.output);
    assert.deepEqual(
      (await guests()).map(({ vmid }) => vmid),
      [9000],
    );
  });
});
