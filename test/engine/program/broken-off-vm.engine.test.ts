import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { adminRequest } from "@ghrunners/lab/admin";
import { secondary } from "@ghrunners/lab/driver/rehearsal";
import type { EngineRun, StackSettings } from "@ghrunners/lab/driver/engine-run";
import { socketOf } from "@ghrunners/lab/service";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";

const vm = `nodes/pve-lab/qemu/${secondary.vmId}`;
/** How the provider reads a disk: until it has seen the volume, the state says that the disk has no interface. */
const readBack = "GET /nodes/pve-lab/storage/";
/** After what was done of a VM's create Proxmox VE answers no more, in the order of the provider's requests. */
const moments = [
  { after: "it was cloned", match: `PUT /${vm}/config` },
  { after: "it was configured", match: `PUT /${vm}/resize` },
  { after: "it was started, while it is read back", match: readBack },
];

/**
 * The provider keeps a VM whose create or update failed in the state, with what was wanted and not with what is there.
 * The next `up` has to see that, without a refresh. The lab has no machines here.
 */
describe("a VM whose create or update was broken off", function () {
  this.timeout(240_000);
  let lab: ApiOnlyLab;
  let urn = "";
  let whole: Record<string, unknown>;

  before(async () => {
    lab = await apiOnlyLab("half");
    const first = await lab.rehearsal.up(disk);
    assert.equal(first.code, 0, first.output);
    urn = first.steps.find(({ type, urn: each }) => type.includes("VmLegacy") && each.includes("secondary"))?.urn ?? "";
    whole = await machine();
  });
  after(() => lab.close());

  /** Larger than the template's, so that it has to grow. */
  const disk: StackSettings = { "vm.diskGiB": "6" };

  /** The VM as Proxmox VE has it, without what is new for every clone. */
  async function machine(): Promise<Record<string, unknown>> {
    const config = (await lab.rehearsal.proxmox("GET", `${vm}/config`)) as Record<string, unknown>;
    const { status } = (await lab.rehearsal.proxmox("GET", `${vm}/status/current`)) as { status: string };
    const { net0, ...rest } = config;
    delete rest.smbios1;
    delete rest.digest;
    return { ...rest, net0: String(net0).replace(/=[0-9A-F:]{17}/, ""), status };
  }

  async function brokenOff(match: string, args: string[], settings: StackSettings = disk): Promise<EngineRun> {
    const admin = (method: "PUT" | "GET" | "DELETE", path: string, body?: object) =>
      adminRequest(socketOf(lab.rehearsal.lab.instance, "proxmox"), method, `/_lab/faults${path}`, body);
    await admin("PUT", "/http-500", { match, count: 50 });
    try {
      const run = await lab.rehearsal.up(settings, ...args);
      assert.notEqual(run.code, 0, `nothing was broken off:\n${run.output}`);
      return run;
    } finally {
      await admin("DELETE", "");
    }
  }

  interface Asked {
    readonly kind: string;
    readonly timeoutSeconds: number;
    readonly force: boolean;
  }
  /** How guests were asked to shut down. */
  async function shutdowns(): Promise<Asked[]> {
    const socket = socketOf(lab.rehearsal.lab.instance, "proxmox");
    const { body } = await adminRequest(socket, "GET", "/_lab/events?since=0");
    return (body as Asked[]).filter(({ kind }) => kind === "vm.asked-to-shut-down");
  }

  async function nextUpMends(settings: StackSettings = disk, ...args: string[]): Promise<void> {
    const next = await lab.rehearsal.up(settings, ...args);
    assert.equal(next.code, 0, next.output);
    const seen = await lab.rehearsal.up(settings, "--refresh", "--expect-no-changes");
    assert.equal(seen.code, 0, seen.output);
  }

  for (const { after, match } of moments)
    it(`is made again by the next up when the create ended after ${after}`, async () => {
      await brokenOff(match, ["--replace", urn]);
      await nextUpMends();
      assert.deepEqual(await machine(), whole);
    });

  it("is made again when an update could not read it back, by an up with --refresh too", async () => {
    await brokenOff(readBack, [], { ...disk, "vm.cores": "2" });
    await nextUpMends({ ...disk, "vm.cores": "2" }, "--refresh");
    assert.deepEqual(await machine(), { ...whole, cores: 2 });
    const back = await lab.rehearsal.up(disk);
    assert.equal(back.code, 0, back.output);
  });

  it("is repaired in place by an up with --refresh when an update was not carried out", async () => {
    const before = await lab.rehearsal.proxmox("GET", `${vm}/config`);
    await brokenOff(`PUT /${vm}/config`, [], { ...disk, "vm.memoryMiB": "2048" });
    const next = await lab.rehearsal.up({ ...disk, "vm.memoryMiB": "2048" }, "--refresh");
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(await machine(), { ...whole, memory: "2048" });
    const after = await lab.rehearsal.proxmox("GET", `${vm}/config`);
    assert.equal((after as { net0: string }).net0, (before as { net0: string }).net0, "the machine is another one");
    const back = await lab.rehearsal.up(disk);
    assert.equal(back.code, 0, back.output);
  });

  // Proxmox VE cuts the power when the time is up, and the provider has given up at that moment.
  it("is started again by an up with --refresh when its guest hung at shutdown and lost its power", async () => {
    const larger = { ...disk, "vm.memoryMiB": "2048" };
    const net0 = async () => ((await lab.rehearsal.proxmox("GET", `${vm}/config`)) as { net0: string }).net0;
    const before = await net0();
    await brokenOff(`POST /${vm}/status/shutdown`, [], larger);
    await lab.rehearsal.proxmox("POST", `${vm}/status/stop`);
    const next = await lab.rehearsal.up(larger, "--refresh");
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(await machine(), { ...whole, memory: "2048" });
    assert.equal(await net0(), before, "the machine is another one");
    const earlier = (await shutdowns()).length;
    const back = await lab.rehearsal.up(disk);
    assert.equal(back.code, 0, back.output);
    const fresh = (await shutdowns()).slice(earlier);
    assert.ok(fresh.length > 0);
    assert.ok(
      fresh.every(({ timeoutSeconds, force }) => timeoutSeconds === 300 && force),
      JSON.stringify(fresh),
    );
  });

  it("is not restarted to learn how long its guest may take, where a former version made it", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ghr-former-"));
    const file = path.join(folder, "state.json");
    try {
      const state = await capturePulumi(lab.rehearsal.stack, ["stack", "export"]);
      writeFileSync(file, state.replaceAll(/("timeoutShutdownVm": )300/g, "$11800"));
      await capturePulumi(lab.rehearsal.stack, ["stack", "import", "--file", file]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const earlier = (await shutdowns()).length;
    const run = await lab.rehearsal.up(disk);
    assert.equal(run.code, 0, run.output);
    assert.equal(run.steps.filter(({ op, type }) => op === "update" && type.includes("VmLegacy")).length, 2);
    assert.equal((await shutdowns()).length, earlier);
    assert.doesNotMatch(run.output, /drain/i);
    assert.deepEqual(await machine(), whole);
    const again = await lab.rehearsal.up(disk, "--refresh", "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  });
});
