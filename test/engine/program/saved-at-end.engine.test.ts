import assert from "node:assert/strict";
import { readlinkSync } from "node:fs";
import { runnersOf } from "@ghrunners/lab/bench/scenarios/vms";
import { engineProcesses } from "@ghrunners/lab/abandoned";
import { capturePulumi } from "@ghrunners/cli/pulumi/run";
import { apiOnlyLab, type ApiOnlyLab } from "../cli/support/api-only-lab";
import type { EngineRun } from "@ghrunners/lab/driver/engine-run";
import { until } from "@ghrunners/core/until";

const runners = runnersOf(6);
const settings = Object.fromEntries(
  runners.flatMap((runner, index) =>
    Object.entries(runner).map(([key, value]) => [`runners[${index}].${key}`, String(value)]),
  ),
);

/**
 * What docs/explanation/performance.md promises of a first run that saves its state at the end alone. The lab has no
 * machines here.
 */
describe("a first run that saves its state at the end", () => {
  let lab: ApiOnlyLab;
  before(async () => {
    lab = await apiOnlyLab("saved");
  });
  after(() => lab.close());

  async function machines(): Promise<string[]> {
    const all = (await lab.rehearsal.proxmox("GET", "nodes/pve-lab/qemu")) as {
      readonly vmid: number;
      readonly name: string;
      readonly template?: number;
    }[];
    return all.flatMap(({ vmid, name, template }) => (template === 1 ? [] : [`${vmid} ${name}`])).sort();
  }

  /** Starts such a run and goes on once some machines are made. */
  async function inTheMiddle(): Promise<{ readonly run: Promise<EngineRun>; readonly engine: readonly number[] }> {
    const { rehearsal } = lab;
    const mark = await rehearsal.mark("proxmox");
    const run = rehearsal.pulumi(["up"], settings, { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });
    await until("some machines are made", 180_000, async () => {
      const events = await rehearsal.events("proxmox", mark);
      return events.filter(({ kind }) => kind === "vm.started").length >= 3;
    });
    return { run, engine: engineProcesses(rehearsal.lab.instance).map(({ pid }) => pid) };
  }

  async function machinesInState(): Promise<number> {
    const state = await capturePulumi(lab.rehearsal.stack, ["stack", "export"]);
    return [...state.matchAll(/"type": "proxmoxve:index\/vmLegacy:VmLegacy"/g)].length;
  }

  async function nextUpFinishes(): Promise<void> {
    const next = await lab.rehearsal.up(settings);
    assert.equal(next.code, 0, next.output);
    assert.deepEqual(await machines(), runners.map(({ vmId, name }) => `${vmId} ${name}`).sort());
    const again = await lab.rehearsal.up(settings, "--expect-no-changes");
    assert.equal(again.code, 0, again.output);
  }

  it("after a kill with nothing saved, the next up reaches the same state", async () => {
    const { run, engine } = await inTheMiddle();
    for (const pid of engine) process.kill(pid, "SIGKILL");
    assert.notEqual((await run).code, 0);
    assert.equal(await machinesInState(), 0);
    await nextUpFinishes();
  });

  it("is ended by Ctrl-C: what was made is written down", async () => {
    const destroyed = await lab.rehearsal.pulumi(["destroy"], settings);
    assert.equal(destroyed.code, 0, destroyed.output);
    const { run, engine } = await inTheMiddle();
    const cli = engine.filter((pid) => readlinkSync(`/proc/${pid}/exe`).endsWith("/pulumi"));
    assert.equal(cli.length, 1);
    process.kill(cli[0] as number, "SIGINT");
    assert.notEqual((await run).code, 0);
    assert.ok((await machinesInState()) >= 3);
    await nextUpFinishes();
  });
});
