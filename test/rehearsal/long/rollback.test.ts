import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { parse, parseDocument } from "yaml";
import { ROLLBACK_WORDS } from "@ghrunners/core/vocabulary/safety";
import type { Finished } from "@ghrunners/core/process";
import { stackFile } from "@ghrunners/cli/pulumi/stack";
import { labExec } from "@ghrunners/lab/driver/exec";
import type { RollbackReport } from "@ghrunners/cli/rollback-runners/rollback";
import { primary, Rehearsal, secondary } from "@ghrunners/lab/driver/rehearsal";
import { undoneAfter } from "../../support/undone-after";

/** A release of the lab whose listener ends at once. */
const broken = "2.337.0";
const proved = "2.336.0";

describe("runners that an update made worse", () => {
  let rehearsal: Rehearsal;
  const undo = undoneAfter();
  before(async () => {
    rehearsal = await Rehearsal.ready();
    undo(async () => {
      // As the lab's stack has it: without a version the one of the failed update would stay in the state.
      configure((set) => set("version", proved), true);
      const run = await rehearsal.up({}, "--refresh");
      assert.equal(run.code, 0, run.output);
    });
  });

  const file = (): string => stackFile(rehearsal.stack);
  /** Changes the stack's configuration, as a person's commit would. */
  function configure(agent: (set: (name: string, value: unknown) => void) => void, clear = false): void {
    const document = parseDocument(readFileSync(file(), "utf8"));
    if (clear) for (const key of ["agent", "safety"]) document.deleteIn(["config", `ghrunners:${key}`]);
    agent((name, value) => document.setIn(["config", "ghrunners:agent", name], value));
    writeFileSync(file(), document.toString({ lineWidth: 0 }));
  }
  const configured = (): unknown =>
    (parse(readFileSync(file(), "utf8")) as { config: Record<string, unknown> }).config["ghrunners:agent"];
  const pulumiUp = (...args: string[]): Promise<Finished> =>
    labExec("pulumi", "up", "--yes", "--skip-preview", ...args);
  const rollback = (...args: string[]): Promise<Finished> => labExec("ghrunners", "rollback-runners", ...args);
  /** What GitHub saw of the primary: it is never away, and keeps its labels. */
  async function untouched(mark: number): Promise<void> {
    const touched = (await rehearsal.events("github", mark)).filter(
      ({ name, kind }) => name === primary.name && ["runner.offline", "runner.labels", "runner.removed"].includes(kind),
    );
    assert.deepEqual(touched, []);
  }
  async function bothAreWell(): Promise<void> {
    const { problems, runners } = await rehearsal.status();
    assert.deepEqual(
      runners.map(({ name, status, version }) => [name, status, version]),
      [
        [primary.name, "online", proved],
        [secondary.name, "online", proved],
      ],
    );
    assert.deepEqual(
      problems.filter((problem) => problem.startsWith("runner ")),
      [],
    );
  }

  it("by what their jobs may run: the gate stays closed, and one command takes the secondary back", async () => {
    const mark = await rehearsal.mark("github");
    // The hooks refuse the gate's own job then: the secondary is changed, online, and useless.
    configure((set) => set("allowedEvents", ["push"]));
    const failed = await pulumiUp();
    assert.notEqual(failed.code, 0, "a pool whose smoke job is refused was taken for good");
    assert.match(failed.all, /The health gate stays closed, the primary is not changed/);

    const dry = await rollback("--dry-run");
    assert.equal(dry.code, 0, dry.all);
    assert.match(dry.stdout, /-\s+- push[\s\S]*\+.*allowedEvents|allowedEvents: \[/);
    assert.deepEqual(configured(), { version: proved, allowedEvents: ["push"] }, "only looked at");

    const { code, stdout, all } = await rollback("--yes", "--json");
    assert.equal(code, 0, all);
    const report = JSON.parse(stdout) as RollbackReport;
    assert.deepEqual(
      report.changes.map(({ setting }) => setting),
      ["agent.allowedEvents"],
    );
    assert.deepEqual(
      report.jobs.map(({ runner, conclusion }) => [runner, conclusion]),
      [
        [primary.name, "success"],
        [secondary.name, "success"],
      ],
    );
    await untouched(mark);
    await bothAreWell();
  });

  it("by a version that does not start: where the configuration says so, a pipeline takes it back", async () => {
    const mark = await rehearsal.mark("github");
    configure((set) => set("version", broken), true);
    const safety = ROLLBACK_WORDS;
    assert.equal(
      (await labExec("pulumi", "config", "set", "--path", "ghrunners:safety.rollbackOnFailure", safety)).code,
      0,
    );
    const failed = await pulumiUp();
    assert.notEqual(failed.code, 0, "the update failed, and its command must say so");
    assert.match(failed.all, /2\.337\.0 did not start/);
    // The step after a failed update in a pipeline (docs/how-to/workflows.md).
    const back = await rollback("--automatic");
    assert.equal(back.code, 0, back.all);
    assert.match(back.all, /rolling back, as ghrunners:safety\.rollbackOnFailure allows/);
    assert.match(back.all, /lab-runner-secondary: job success/);
    const again = await rollback("--automatic");
    assert.match(again.all, /nothing is done: the runners' settings are those that were last proved/);
    assert.deepEqual(configured(), { version: proved });
    await untouched(mark);
    await bothAreWell();
  });

  it("a second time there is nothing to take back, and the command proves it", async () => {
    const { code, stdout, all } = await rollback("--yes", "--json");
    assert.equal(code, 0, all);
    const { changes, diff, applied } = JSON.parse(stdout) as RollbackReport;
    assert.deepEqual([changes, diff, applied], [[], "", true]);
  });
});
